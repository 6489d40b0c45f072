package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;

/**
 * Writes the keys or values of one head to a page of {@link Kernels#PAGE} tokens. A page is an array of words; a word
 * holds {@link KvType#perWord} numbers of one token, the first of them in the lowest bits, {@code headSize / perWord}
 * apart. So {@code words = headSize / perWord}, and
 *
 * <pre>{@code keys    [words][PAGE], then scales [PAGE] if the type has them
 * values  [PAGE][words], then the same}</pre>
 *
 * <p>A token's words are its own: threads may write different tokens of a page at once. Stateless.
 */
public final class KvPages {
    private static final int PAGE = Kernels.PAGE;
    private static final int NAN = 0x7fc0;

    private KvPages() {}

    /** Words of a page. */
    public static int words(KvType type, int headSize) {
        return (headSize / type.perWord() + type.scales()) * PAGE;
    }

    /** Writes one token's keys, {@code x[at … at + headSize)}, to its slot of the page that begins at {@code pageAt}. */
    public static void storeKeys(KvType type, float[] x, int at, int headSize, int[] page, int pageAt, int slot) {
        store(type, x, at, headSize, page, pageAt + slot, PAGE, pageAt + headSize / type.perWord() * PAGE + slot);
    }

    /** Writes one token's values. */
    public static void storeValues(KvType type, float[] x, int at, int headSize, int[] page, int pageAt, int slot) {
        int words = headSize / type.perWord();
        store(type, x, at, headSize, page, pageAt + slot * words, 1, pageAt + words * PAGE + slot);
    }

    private static void store(
            KvType type, float[] x, int at, int headSize, int[] page, int to, int stride, int scaleAt) {
        int words = headSize / type.perWord();
        switch (type) {
            case F32 -> {
                for (int i = 0; i < words; i++) {
                    page[to + i * stride] = Float.floatToRawIntBits(x[at + i]);
                }
            }
            case BF16 -> {
                for (int i = 0; i < words; i++) {
                    page[to + i * stride] = bfloat(x[at + i]) | bfloat(x[at + words + i]) << 16;
                }
            }
            case INT8 -> {
                float max = 0;
                for (int i = at; i < at + headSize; i++) {
                    max = Math.max(max, Math.abs(x[i]));
                }
                page[scaleAt] = Float.floatToRawIntBits(max / Activations.LEVELS);
                float factor = ScalarKernels.quantizingFactor(max);
                for (int i = 0; i < words; i++) {
                    int word = 0;
                    for (int part = 0; part < 4; part++) {
                        word |= (ScalarKernels.quantized(x[at + part * words + i], factor) & 255) << 8 * part;
                    }
                    page[to + i * stride] = word;
                }
            }
        }
    }

    /** To nearest, to even of two; NaN stays NaN. */
    static int bfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? NAN : (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
    }

    /** The number {@code d} of a head, from the word that holds it. */
    static float number(KvType type, int word, int part, float scale) {
        return switch (type) {
            case F32 -> Float.intBitsToFloat(word);
            case BF16 -> Float.intBitsToFloat(word >>> 16 * part << 16);
            case INT8 -> (byte) (word >>> 8 * part) * scale;
        };
    }
}
