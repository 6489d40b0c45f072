package dev.stoa.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 256 printable characters that byte-level vocabularies write bytes with (GPT-2, Radford et al. 2019): bytes that
 * are visible in Latin-1 stand for themselves, the others, in order, for U+0100 and on.
 */
final class ByteAlphabet {
    private static final int EXTRA = 0x100;
    private static final char[] CHAR_OF_BYTE = new char[256];
    /** Byte of a char, or -1; the last char in use is U+0143. */
    private static final short[] BYTE_OF_CHAR = new short[0x144];

    static {
        Arrays.fill(BYTE_OF_CHAR, (short) -1);
        int extra = EXTRA;
        for (int b = 0; b < 256; b++) {
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            char c = (char) (visible ? b : extra++);
            CHAR_OF_BYTE[b] = c;
            BYTE_OF_CHAR[c] = (short) b;
        }
    }

    private ByteAlphabet() {}

    static char toChar(int unsignedByte) {
        return CHAR_OF_BYTE[unsignedByte];
    }

    /** The bytes that a token's spelling stands for. A character outside the alphabet stands for itself. */
    static byte[] bytes(String spelling) {
        byte[] bytes = new byte[spelling.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = spelling.charAt(i);
            if (c >= BYTE_OF_CHAR.length || BYTE_OF_CHAR[c] < 0) {
                return spelling.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTE_OF_CHAR[c];
        }
        return bytes;
    }
}
