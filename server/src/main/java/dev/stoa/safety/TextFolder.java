package dev.stoa.safety;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Folds text so that what looks alike compares equal: compatibility forms (fullwidth, circled, ligatures), case,
 * accents and other combining marks, invisible characters, kinds of blank, and Cyrillic or Greek twins of Latin letters.
 *
 * <p>Works on one code point at a time, without memory, so a stream folds the same however it is cut. That is exact for
 * the decomposed form: decomposition looks at one code point only, and the marks whose order it might change are
 * dropped. Runs of blanks are the caller's to collapse. What it does not undo: letters replaced by digits, letters
 * spaced out, spelling mistakes, other languages, encodings.
 */
final class TextFolder {
    /** Letters of other scripts, small, and the Latin ones they can't be told from. */
    private static final Map<Character, Character> TWINS = twins(
            "аеорсухіјѕһԁԛԝɡɑ", "aeopcyxijshdqwga", // Cyrillic and phonetic
            "αονικρτυχγ", "aovikptuxy", // Greek
            "ı", "i");

    private TextFolder() {}

    private static Map<Character, Character> twins(String... pairs) {
        Map<Character, Character> map = new HashMap<>();
        for (int pair = 0; pair < pairs.length; pair += 2) {
            for (int i = 0; i < pairs[pair].length(); i++) {
                map.put(pairs[pair].charAt(i), pairs[pair + 1].charAt(i));
            }
        }
        return Map.copyOf(map);
    }

    /** What a code point folds to: often one character, none for what can't be seen, several for ligatures. */
    static String fold(int codePoint) {
        if (codePoint < 0x80) {
            return foldAscii((char) codePoint);
        }
        if (isBlank(codePoint)) {
            return " ";
        }
        String decomposed = Normalizer.normalize(Character.toString(unenclosed(codePoint)), Normalizer.Form.NFKD);
        StringBuilder folded = new StringBuilder(decomposed.length());
        String lower = decomposed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        lower.codePoints().filter(TextFolder::isVisible).forEach(each -> append(folded, each));
        return folded.toString();
    }

    private static String foldAscii(char c) {
        if (c >= 'A' && c <= 'Z') {
            return String.valueOf((char) (c + ('a' - 'A')));
        }
        if (c > ' ' && c < 0x7f) {
            return String.valueOf(c);
        }
        return c == ' ' || (c >= '\t' && c <= '\r') ? " " : "";
    }

    private static void append(StringBuilder folded, int codePoint) {
        if (isBlank(codePoint)) {
            folded.append(' ');
        } else if (Character.isBmpCodePoint(codePoint)) {
            char c = (char) codePoint;
            folded.append(TWINS.getOrDefault(c, c).charValue());
        } else {
            folded.appendCodePoint(codePoint);
        }
    }

    private static boolean isBlank(int codePoint) {
        return Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || codePoint == 0x85
                || codePoint == 0x2800; // the empty Braille pattern
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT, Character.CONTROL -> false;
            default -> codePoint != 0x115f && codePoint != 0x1160; // Hangul fillers, also of U+3164 and U+FFA0
        };
    }

    /** The letter in a black circle, a black square or a flag's half, which have no decomposition. */
    private static int unenclosed(int codePoint) {
        int letter = letterAfter(codePoint, 0x1f150);
        letter = letter >= 0 ? letter : letterAfter(codePoint, 0x1f170);
        letter = letter >= 0 ? letter : letterAfter(codePoint, 0x1f1e6);
        return letter >= 0 ? 'a' + letter : codePoint;
    }

    private static int letterAfter(int codePoint, int first) {
        return codePoint >= first && codePoint < first + 26 ? codePoint - first : -1;
    }
}
