package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import java.util.Arrays;

/**
 * The product in plain Java: the definition of what {@link VectorTiles} computes, bit for bit, and the fallback for a
 * JVM without the Vector API. Stateless.
 */
final class ScalarTiles {
    private ScalarTiles() {}

    static void multiply(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        Arrays.fill(scratch.result, 0, input.tokens() * ROWS, 0f);
        for (int block = 0; block < matrix.blocks(); block++) {
            for (int row = 0; row < ROWS; row++) {
                Block weights = new Block(matrix, tile, block, row);
                for (int token = 0; token < input.tokens(); token++) {
                    int at = token * ROWS + row;
                    scratch.result[at] = weights.addTo(scratch.result[at], input, token);
                }
            }
        }
    }

    /** 32 columns of one row. */
    private static final class Block {
        private final TileFormat format;
        private final int index;
        private final int[] numbers = new int[BLOCK];
        private final float[] scale = new float[2];
        private float minimum;

        Block(TileMatrix matrix, int tile, int index, int row) {
            this.format = matrix.format();
            this.index = index;
            int position = TilePacker.position(row);
            int at = matrix.blockOffset(tile, index);
            readScales(matrix.data(), matrix.superOffset(tile, index) + position, at + position);
            readNumbers(matrix.data(), at + format.scales.shorts + position);
        }

        float addTo(float result, TileActivations input, int token) {
            int at = index * input.tokens() + token;
            return format.numbers == TileFormat.Numbers.EIGHT
                    ? addFloats(result, input.floats(), at * BLOCK)
                    : addNumbers(result, input, at);
        }

        private float addFloats(float result, float[] x, int at) {
            float dot = 0;
            for (int k = 0; k < BLOCK; k++) {
                dot = Math.fma((float) numbers[k], x[at + k], dot);
            }
            return Math.fma(dot, scale[0], result);
        }

        private float addNumbers(float result, TileActivations input, int at) {
            int chain = format.numbers.chain;
            for (int from = 0; from < BLOCK; from += chain) {
                int dot = 0;
                for (int k = from; k < from + chain; k++) {
                    dot += numbers[k] * (short) input.pairs()[at * BLOCK + k];
                }
                float both = scale[from * format.scales.scalesOfBlock / BLOCK] * input.scales()[at];
                result = Math.fma((float) dot, both, result);
            }
            return format.scales.minimum ? Math.fma(minimum, input.sums()[at], result) : result;
        }

        private void readScales(short[] data, int superAt, int at) {
            switch (format.scales) {
                case HALF -> scale[0] = half(data[at]);
                case HALF_AND_MINIMUM -> {
                    scale[0] = half(data[at]);
                    minimum = Math.fma((float) format.numbers.offset, scale[0], half(data[at + ROWS]));
                }
                case SIX_BIT -> {
                    scale[0] = half(data[superAt]) * (data[at] & 0xff);
                    float negative = half(data[superAt + ROWS]) * (data[at] >> 8 & 0xff);
                    minimum = Math.fma((float) format.numbers.offset, scale[0], -negative);
                }
                case SIGNED_BYTE -> {
                    scale[0] = half(data[superAt]) * (byte) data[at];
                    scale[1] = half(data[superAt]) * (data[at] >> 8);
                }
            }
        }

        private static float half(short bits) {
            return Float.float16ToFloat(bits);
        }

        private void readNumbers(short[] data, int at) {
            for (int k = 0; k < BLOCK; k++) {
                if (format.numbers == TileFormat.Numbers.EIGHT) {
                    numbers[k] = (byte) (data[at + k / 2 * ROWS] >> k % 2 * 8);
                    continue;
                }
                int low = data[at + k / 4 * ROWS] >> k % 4 * 4 & 15;
                int upperAt = at + 8 * ROWS;
                int upper = switch (format.numbers) {
                    case FIVE -> data[upperAt + k / 16 * ROWS] >> k % 16 & 1;
                    case SIX -> data[upperAt + k / 8 * ROWS] >> k % 8 * 2 & 3;
                    case FOUR, EIGHT -> 0;
                };
                numbers[k] = (low | upper << 4) - format.numbers.offset;
            }
        }
    }
}
