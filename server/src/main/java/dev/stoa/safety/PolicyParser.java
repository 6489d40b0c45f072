package dev.stoa.safety;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads the operator's list of patterns; its form is described in docs/safety.md. */
final class PolicyParser {
    /** Far above a hand-kept list; the file is read whole. */
    static final int FILE_BYTES_MAX = 1 << 20;

    static final int RULES_MAX = 10_000;
    /** A longer literal would be held back as long. */
    static final int PATTERN_LENGTH_MAX = 500;

    private static final String CATEGORY_BY_DEFAULT = "blocked";
    private static final int CATEGORY_LENGTH_MAX = 64;
    private static final int VERSION_DIGITS = 12;

    private PolicyParser() {}

    /** @throws PolicyException naming the line that can't be read */
    static Policy parse(byte[] file) {
        if (file.length > FILE_BYTES_MAX) {
            throw new PolicyException(0, "the file has more than " + FILE_BYTES_MAX + " bytes");
        }
        List<Rule> rules = new ArrayList<>();
        String category = CATEGORY_BY_DEFAULT;
        int number = 0;
        for (String raw : (Iterable<String>) decode(file).lines()::iterator) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                category = category(line, number);
                continue;
            }
            if (rules.size() == RULES_MAX) {
                throw new PolicyException(number, "more than " + RULES_MAX + " patterns");
            }
            rules.add(rule(line, category, number));
        }
        return new Policy(version(file), rules);
    }

    private static String decode(byte[] file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException _) {
            throw new PolicyException(0, "the file is not UTF-8");
        }
    }

    private static String category(String line, int number) {
        String name = line.endsWith("]") ? line.substring(1, line.length() - 1).strip() : "";
        if (!name.matches("[a-z0-9][a-z0-9_-]*") || name.length() > CATEGORY_LENGTH_MAX) {
            throw new PolicyException(
                    number,
                    "a category is written [name], in small letters, digits, “-” and “_”; a pattern that begins"
                            + " with “[” is written “text:[…”");
        }
        return name;
    }

    private static Rule rule(String line, String category, int number) {
        if (line.length() > PATTERN_LENGTH_MAX) {
            throw new PolicyException(number, "a pattern has at most " + PATTERN_LENGTH_MAX + " characters");
        }
        if (line.startsWith("re:")) {
            return regex(line.substring(3).strip(), category, number);
        }
        if (line.startsWith("text:")) {
            return literal(line.substring(5).strip(), category, number, false, false);
        }
        boolean openStart = line.startsWith("*");
        boolean openEnd = line.length() > 1 && line.endsWith("*");
        String text = line.substring(openStart ? 1 : 0, line.length() - (openEnd ? 1 : 0));
        return literal(text, category, number, openStart, openEnd);
    }

    private static Rule literal(String text, String category, int number, boolean openStart, boolean openEnd) {
        FoldedText folded = new FoldedText();
        text.codePoints()
                .forEach(codePoint -> TextFolder.fold(codePoint).chars().forEach(c -> folded.add((char) c, 0)));
        String pattern = folded.known().toString().strip();
        if (pattern.isEmpty()) {
            throw new PolicyException(number, "the pattern has no visible character");
        }
        return new Rule.Literal(category, number, pattern, openStart, openEnd);
    }

    private static Rule regex(String expression, String category, int number) {
        if (hasAnchor(expression)) {
            throw new PolicyException(
                    number, "^, $, \\A and \\z have no meaning in a stream that is read piece by piece; use \\b");
        }
        try {
            Pattern pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
            if (pattern.matcher("").matches()) {
                throw new PolicyException(number, "the expression matches the empty text");
            }
            return new Rule.Regex(category, number, pattern, PrefixAutomaton.of(expression));
        } catch (PatternSyntaxException e) {
            throw new PolicyException(number, "not a regular expression of RE2: " + e.getDescription());
        }
    }

    private static boolean hasAnchor(String expression) {
        boolean inClass = false;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\') {
                i++;
                if (i < expression.length() && "AzZ".indexOf(expression.charAt(i)) >= 0) {
                    return true;
                }
            } else if (inClass) {
                inClass = c != ']';
            } else if (c == '[') {
                inClass = true;
            } else if (c == '^' || c == '$') {
                return true;
            }
        }
        return false;
    }

    private static String version(byte[] file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(file);
            return HexFormat.of().formatHex(digest).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
