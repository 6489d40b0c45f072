package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Reads pages, as {@link KvPages} writes them, into tiles of floats. Stateless. */
final class VectorPages {
    private static final int PAGE = Kernels.PAGE;

    private VectorPages() {}

    static void keys(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        int words = headSize / type.perWord();
        switch (type) {
            case F32 -> wholeKeys(page, at, words, tile, to, stride);
            case BF16 -> halfKeys(page, at, words, tile, to, stride);
            case INT8 -> byteKeys(page, at, words, tile, to, stride);
        }
    }

    private static void wholeKeys(int[] page, int at, int words, float[] tile, int to, int stride) {
        for (int i = 0; i < words; i++) {
            for (int t = 0; t < PAGE; t += Lanes.COUNT) {
                IntVector.fromArray(Lanes.I, page, at + i * PAGE + t)
                        .reinterpretAsFloats()
                        .intoArray(tile, to + i * stride + t);
            }
        }
    }

    private static void halfKeys(int[] page, int at, int words, float[] tile, int to, int stride) {
        for (int i = 0; i < words; i++) {
            for (int t = 0; t < PAGE; t += Lanes.COUNT) {
                IntVector w = IntVector.fromArray(Lanes.I, page, at + i * PAGE + t);
                w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(tile, to + i * stride + t);
                w.and(0xffff0000).reinterpretAsFloats().intoArray(tile, to + (words + i) * stride + t);
            }
        }
    }

    private static void byteKeys(int[] page, int at, int words, float[] tile, int to, int stride) {
        for (int t = 0; t < PAGE; t += Lanes.COUNT) {
            FloatVector scale =
                    IntVector.fromArray(Lanes.I, page, at + words * PAGE + t).reinterpretAsFloats();
            for (int i = 0; i < words; i++) {
                IntVector w = IntVector.fromArray(Lanes.I, page, at + i * PAGE + t);
                for (int part = 0; part < 4; part++) {
                    ((FloatVector) w.lanewise(VectorOperators.LSHL, 24 - 8 * part)
                                    .lanewise(VectorOperators.ASHR, 24)
                                    .convert(VectorOperators.I2F, 0))
                            .mul(scale)
                            .intoArray(tile, to + (part * words + i) * stride + t);
                }
            }
        }
    }

    /** {@code words} need not be a multiple of the lanes. */
    static void values(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride) {
        int words = headSize / type.perWord();
        int vectors = words - words % Lanes.COUNT;
        for (int t = 0; t < PAGE; t++) {
            int from = at + t * words;
            float scale = type == KvType.INT8 ? Float.intBitsToFloat(page[at + words * PAGE + t]) : 1;
            switch (type) {
                case F32 -> wholeValues(page, from, vectors, tile, to + t * stride);
                case BF16 -> halfValues(page, from, vectors, words, tile, to + t * stride);
                case INT8 -> byteValues(page, from, vectors, words, scale, tile, to + t * stride);
            }
            for (int i = vectors; i < words; i++) {
                for (int part = 0; part < type.perWord(); part++) {
                    tile[to + t * stride + part * words + i] = KvPages.number(type, page[from + i], part, scale);
                }
            }
        }
    }

    private static void wholeValues(int[] page, int from, int count, float[] tile, int to) {
        for (int i = 0; i < count; i += Lanes.COUNT) {
            IntVector.fromArray(Lanes.I, page, from + i).reinterpretAsFloats().intoArray(tile, to + i);
        }
    }

    private static void halfValues(int[] page, int from, int count, int words, float[] tile, int to) {
        for (int i = 0; i < count; i += Lanes.COUNT) {
            IntVector w = IntVector.fromArray(Lanes.I, page, from + i);
            w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(tile, to + i);
            w.and(0xffff0000).reinterpretAsFloats().intoArray(tile, to + words + i);
        }
    }

    private static void byteValues(int[] page, int from, int count, int words, float scale, float[] tile, int to) {
        for (int i = 0; i < count; i += Lanes.COUNT) {
            IntVector w = IntVector.fromArray(Lanes.I, page, from + i);
            for (int part = 0; part < 4; part++) {
                ((FloatVector) w.lanewise(VectorOperators.LSHL, 24 - 8 * part)
                                .lanewise(VectorOperators.ASHR, 24)
                                .convert(VectorOperators.I2F, 0))
                        .mul(scale)
                        .intoArray(tile, to + part * words + i);
            }
        }
    }
}
