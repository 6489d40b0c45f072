package dev.stoa.safety;

import java.util.Arrays;

/**
 * The end of a text in folded form, with the place in the original where each folded character comes from. Places count
 * from the beginning of the whole text; the part before {@link #start} is forgotten. Not thread-safe.
 */
final class FoldedText {
    private final StringBuilder chars = new StringBuilder();
    private int[] origins = new int[64];
    private int start;

    /** Adds a character; false if it is a blank after a blank, which adds nothing. */
    boolean add(char c, int origin) {
        int length = chars.length();
        if (c == ' ' && (length == 0 ? start == 0 : chars.charAt(length - 1) == ' ')) {
            return false;
        }
        if (length == origins.length) {
            origins = Arrays.copyOf(origins, 2 * length);
        }
        origins[length] = origin;
        chars.append(c);
        return true;
    }

    /** The place of the first character that is still known. */
    int start() {
        return start;
    }

    /** The place after the last character. */
    int end() {
        return start + chars.length();
    }

    char charAt(int place) {
        return chars.charAt(place - start);
    }

    /** Where in the original the character at a place comes from. */
    int origin(int place) {
        return origins[place - start];
    }

    /** The characters still known. */
    CharSequence known() {
        return chars;
    }

    /** Forgets what stands before a place, but never the last character: a blank after it is to be seen as such. */
    void forgetBefore(int place) {
        int count = Math.min(place - start, chars.length() - 1);
        if (count > 0) {
            chars.delete(0, count);
            System.arraycopy(origins, count, origins, 0, chars.length());
            start += count;
        }
    }
}
