package dev.stoa.engine.kernel.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every case is made from a seed that the failure names; the tests hold for any lane count. */
final class TileKernelsTest {
    private static final int COLUMNS = 512;
    private static final int[] ROW_COUNTS = {1, 31, 32, 33, 95};
    private static final int[] TOKEN_COUNTS = {1, 2, 3, 4, 5, 63, 67};

    @ParameterizedTest
    @EnumSource
    void vectorAndScalarAgreeInEveryBit(TileFormat format) {
        for (int rows : ROW_COUNTS) {
            for (int tokens : TOKEN_COUNTS) {
                long seed = 100L * rows + tokens;
                Random random = new Random(seed);
                TileMatrix matrix = matrix(format, rows, random);
                float[] x = input(tokens, random);
                assertThat(product(TileKernels.VECTOR, matrix, x, tokens))
                        .as("%s, %d rows, %d tokens, seed %d", format, rows, tokens, seed)
                        .isEqualTo(product(TileKernels.SCALAR, matrix, x, tokens));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void extremesStayExact(TileFormat format) {
        for (byte fill : new byte[] {0, -1, (byte) 0x80, 0x7f, (byte) 0x88, 0x55}) {
            TileMatrix matrix = extreme(format, fill);
            for (float sign : new float[] {1, -1}) {
                float[] x = new float[2 * COLUMNS];
                Arrays.fill(x, sign);
                for (int tokens = 1; tokens <= 2; tokens++) {
                    assertThat(product(TileKernels.VECTOR, matrix, x, tokens))
                            .as("%s, bytes %d, input %f, %d tokens", format, fill, sign, tokens)
                            .isEqualTo(product(TileKernels.SCALAR, matrix, x, tokens));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTokenDoesNotDependOnTheOthers(TileFormat format) {
        Random random = new Random(7);
        TileMatrix matrix = matrix(format, 70, random);
        int tokens = 70;
        float[] x = input(tokens, random);
        float[] together = product(TileKernels.VECTOR, matrix, x, tokens);
        int width = matrix.tiles() * TileMatrix.TILE_ROWS;
        for (int token : new int[] {0, 3, 63, 64, 69}) {
            float[] own = Arrays.copyOfRange(x, token * COLUMNS, (token + 1) * COLUMNS);
            assertThat(product(TileKernels.VECTOR, matrix, own, 1))
                    .as("%s, token %d, seed 7", format, token)
                    .isEqualTo(Arrays.copyOfRange(together, token * width, (token + 1) * width));
        }
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithDequantisedWeights(TileFormat format) {
        Random random = new Random(11);
        int rows = 64;
        MemorySegment tensor = RandomWeights.tensor(format.type, rows, COLUMNS, random);
        TileMatrix matrix = TilePacker.pack("test", format.type, rows, COLUMNS, tensor);
        float[] x = input(1, random);
        float[] result = product(TileKernels.VECTOR, matrix, x, 1);
        double worst = 0;
        for (int row = 0; row < rows; row++) {
            double[] weights = Dequantized.row(format.type, tensor, row, COLUMNS);
            double exact = 0;
            double size = 0;
            for (int k = 0; k < COLUMNS; k++) {
                exact += weights[k] * x[k];
                size += weights[k] * weights[k] * x[k] * x[k];
            }
            worst = Math.max(worst, Math.abs(result[row] - exact) / Math.sqrt(size));
        }
        // An input off by half a step of max/127, at random, moves a sum of products by about 1% of its root sum
        // square.
        assertThat(worst).as("%s, seed 11", format).isLessThan(matrix.wantsFloats() ? 1e-5 : 0.05);
    }

    @ParameterizedTest
    @EnumSource
    void takesTheMemoryOfTheFile(TileFormat format) {
        TileMatrix matrix = matrix(format, 64, new Random(1));
        assertThat(matrix.bytes()).isEqualTo(format.type.bytes(64L * COLUMNS) + extraBytes(format, 64));
    }

    /** The six-bit scales and minimums of 256 columns take 16 bytes here, 12 in the file. */
    private static long extraBytes(TileFormat format, int rows) {
        return format.scales == TileFormat.Scales.SIX_BIT ? 4L * rows * COLUMNS / 256 : 0;
    }

    @Test
    void aScaleThatIsNotFiniteIsRefused() {
        byte[] bytes = new byte[(int) TensorType.Q4_0.bytes(32)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(0, Float.floatToFloat16(Float.NaN));
        assertThatThrownBy(() -> TilePacker.pack("bad", TensorType.Q4_0, 1, 32, MemorySegment.ofArray(bytes)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("bad");
    }

    @Test
    void wrongShapesAreRefused() {
        MemorySegment data = MemorySegment.ofArray(new byte[18]);
        assertThatThrownBy(() -> TilePacker.pack("short", TensorType.Q4_0, 2, 32, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("short");
        assertThatThrownBy(() -> TilePacker.pack("odd", TensorType.Q4_0, 1, 16, data))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TilePacker.pack("plain", TensorType.F32, 1, 32, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q4_0");
    }

    @Test
    void inputOfAnotherWidthOrFormIsRefused() {
        TileMatrix matrix = matrix(TileFormat.Q4_0, 32, new Random(1));
        TileScratch scratch = new TileScratch(1);
        TileActivations input = new TileActivations(TileKernels.VECTOR, 1, COLUMNS);
        input.reshape(1, COLUMNS - 32, true, true);
        assertThatThrownBy(() -> TileKernels.VECTOR.multiply(matrix, 0, input, scratch))
                .isInstanceOf(IllegalArgumentException.class);
        input.reshape(1, COLUMNS, false, true);
        assertThatThrownBy(() -> TileKernels.VECTOR.multiply(matrix, 0, input, scratch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Q4_0");
    }

    @Test
    void aValueThatIsNotFiniteSpoilsItsTokenAlone() {
        TileMatrix matrix = matrix(TileFormat.Q4_1, 32, new Random(3));
        float[] x = input(3, new Random(4));
        float[] good = product(TileKernels.VECTOR, matrix, x, 3);
        x[COLUMNS + 40] = Float.POSITIVE_INFINITY;
        float[] bad = product(TileKernels.VECTOR, matrix, x, 3);
        assertThat(Arrays.copyOfRange(bad, 0, 32)).isEqualTo(Arrays.copyOfRange(good, 0, 32));
        assertThat(Arrays.copyOfRange(bad, 64, 96)).isEqualTo(Arrays.copyOfRange(good, 64, 96));
        for (int row = 32; row < 64; row++) {
            assertThat(bad[row]).isNotFinite();
        }
    }

    private static TileMatrix matrix(TileFormat format, int rows, Random random) {
        return TilePacker.pack(
                "test", format.type, rows, COLUMNS, RandomWeights.tensor(format.type, rows, COLUMNS, random));
    }

    /** One value in every byte but those of the half scales, which are 1. */
    private static TileMatrix extreme(TileFormat format, byte fill) {
        MemorySegment tensor = RandomWeights.filled(format.type, 32, COLUMNS, fill);
        return TilePacker.pack("test", format.type, 32, COLUMNS, tensor);
    }

    private static float[] input(int tokens, Random random) {
        float[] x = new float[tokens * COLUMNS];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Arrays.fill(x, 0, 32, 0f);
        return x;
    }

    /** Shape {@code [tokens][padded rows]}. */
    private static float[] product(TileKernels kernels, TileMatrix matrix, float[] x, int tokens) {
        TileActivations input = new TileActivations(kernels, tokens, COLUMNS);
        input.reshape(tokens, COLUMNS, !matrix.wantsFloats(), matrix.wantsFloats());
        for (int token = 0; token < tokens; token++) {
            input.setRow(token, x, token * COLUMNS);
        }
        TileScratch scratch = new TileScratch(tokens);
        int width = matrix.tiles() * TileMatrix.TILE_ROWS;
        float[] out = new float[tokens * width];
        for (int tile = 0; tile < matrix.tiles(); tile++) {
            kernels.multiply(matrix, tile, input, scratch);
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(
                        scratch.result(),
                        token * TileMatrix.TILE_ROWS,
                        out,
                        token * width + tile * TileMatrix.TILE_ROWS,
                        TileMatrix.TILE_ROWS);
            }
        }
        return out;
    }
}
