package dev.stoa.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.KvType;
import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.kernel.x86.InstructionSet;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All kernels must agree in every bit, and with double precision within a tolerance. */
class KernelTwinTest {
    private static final long SEED = 20261124;
    private static final Workers WORKERS = new Workers(2);

    private final Kernels scalar = new ScalarKernels();
    private final Kernels vector = new VectorKernels();
    private final List<Kernels> fast = fast();
    private final Random random = new Random(SEED);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    private static List<Kernels> fast() {
        List<Kernels> all = new ArrayList<>(List.of(new VectorKernels()));
        for (InstructionSet instructions : InstructionSet.values()) {
            try {
                all.add(MachineKernels.make(instructions));
            } catch (UnsupportedOperationException e) {
                // Not on this machine; KernelChoiceTest says where it must be.
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void productsAgreeInEveryBitAndWithTheDequantisedRows(TensorType type) {
        for (int rows : new int[] {1, 31, 32, 65}) {
            for (int batch : new int[] {1, 3, 4, 9}) {
                checkProduct(type, rows, 3 * Math.max(32, type.blockSize()), batch);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void longRowsAndLargeBatchesAgreeInEveryBit(TensorType type) {
        int cols = type.blockSize() == 256 ? 1280 : 1184;
        for (int batch : new int[] {2, 63, 67}) {
            checkProduct(type, 33, cols, batch);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"F32", "F16", "BF16"},
            mode = EnumSource.Mode.EXCLUDE)
    void extremesStayExact(TensorType type) {
        int cols = 512;
        for (int fill : new int[] {0, 0xff, 0x80, 0x7f, 0x88, 0x55}) {
            MemorySegment data = RandomTensors.filled(type, 32, cols, (byte) fill);
            PackedMatrix matrix = new MatrixPacker("test", type, data, 32, cols).pack(WORKERS);
            for (int batch : new int[] {1, 5}) {
                for (float sign : new float[] {1, -1}) {
                    float[] x = new float[batch * cols];
                    Arrays.fill(x, sign);
                    float[] expected = product(scalar, matrix, x, batch);
                    for (Kernels kernels : fast) {
                        assertThat(product(kernels, matrix, x, batch))
                                .as(
                                        "%s: %s, bytes %x, input %f, batch %d",
                                        kernels.description(), type, fill, sign, batch)
                                .isEqualTo(expected);
                    }
                    checkAgainstDoubles(type, data, 32, cols, x, expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void aMatrixTakesTheMemoryOfTheFile(TensorType type) {
        MemorySegment data = RandomTensors.tensor(type, 64, 512, random);
        long extra = switch (type) {
            case Q4_K, Q5_K -> 4;
            default -> 0;
        };
        assertThat(new MatrixPacker("test", type, data, 64, 512).pack(WORKERS).bytes())
                .isEqualTo(type.bytes(64 * 512) + extra * 64 * 512 / 256);
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void aValueThatIsNotFiniteSpoilsItsRowAlone(TensorType type) {
        MemorySegment data = RandomTensors.tensor(type, 32, 256, random);
        PackedMatrix matrix = new MatrixPacker("test", type, data, 32, 256).pack(WORKERS);
        for (Kernels kernels : fast) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] x = values(3 * 256, 1);
                float[] good = product(kernels, matrix, x, 3);
                x[256 + 40] = bad;
                float[] spoilt = product(kernels, matrix, x, 3);
                for (int i = 0; i < 32; i++) {
                    assertThat(spoilt[i]).isEqualTo(good[i]);
                    assertThat(spoilt[32 + i]).isNotFinite();
                    assertThat(spoilt[64 + i]).isEqualTo(good[64 + i]);
                }
            }
        }
    }

    @Test
    void plainMatricesMayHaveOddWidths() {
        checkProduct(TensorType.F32, 5, 37, 3);
        checkProduct(TensorType.F16, 5, 1, 1);
    }

    private void checkProduct(TensorType type, int rows, int cols, int batch) {
        MemorySegment data = RandomTensors.tensor(type, rows, cols, random);
        PackedMatrix matrix = new MatrixPacker("test", type, data, rows, cols).pack(WORKERS);
        float[] x = values(batch * cols, 2);
        float[] expected = product(scalar, matrix, x, batch);
        for (Kernels kernels : fast) {
            assertThat(product(kernels, matrix, x, batch))
                    .as("%s: %s %d × %d, batch %d, seed %d", kernels.description(), type, rows, cols, batch, SEED)
                    .isEqualTo(expected);
            for (int row = 0; row < batch; row++) {
                float[] own = product(kernels, matrix, Arrays.copyOfRange(x, row * cols, row * cols + cols), 1);
                assertThat(Arrays.copyOfRange(expected, row * rows, row * rows + rows))
                        .isEqualTo(own);
            }
        }
        checkAgainstDoubles(type, data, rows, cols, x, expected);
    }

    private static void checkAgainstDoubles(
            TensorType type, MemorySegment data, int rows, int cols, float[] x, float[] actual) {
        Dequantizer dequantizer = new Dequantizer(type, cols);
        float[] weights = new float[cols];
        for (int r = 0; r < rows; r++) {
            dequantizer.row(data, r, weights, 0);
            double sum = 0;
            double size = 0;
            for (int k = 0; k < cols; k++) {
                sum += (double) weights[k] * x[k];
                size += Math.abs((double) weights[k] * x[k]) + Math.abs(weights[k]) * 0.02;
            }
            assertThat((double) actual[r]).as("%s row %d", type, r).isCloseTo(sum, within(0.02 * size + 1e-6));
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double tolerance) {
        return org.assertj.core.data.Offset.offset(tolerance);
    }

    /** Shape {@code [batch][rows]}. */
    private static float[] product(Kernels kernels, PackedMatrix matrix, float[] x, int batch) {
        Activations input = new Activations(kernels, batch, matrix.cols());
        input.reshape(batch, matrix.cols(), matrix);
        for (int row = 0; row < batch; row++) {
            input.setRow(row, x, row * matrix.cols(), matrix.cols());
        }
        PanelScratch scratch = new PanelScratch(batch);
        float[] out = new float[batch * matrix.rows()];
        for (int panel = 0; panel < matrix.panels(); panel++) {
            kernels.multiply(matrix, panel, input, scratch);
            for (int row = 0; row < batch; row++) {
                for (int r = panel * 32; r < Math.min(matrix.rows(), panel * 32 + 32); r++) {
                    out[row * matrix.rows() + r] = scratch.result()[row * 32 + r % 32];
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 15, 16, 17, 31, 33, 64, 255, 576, 4098})
    void elementwiseKernelsAgreeInEveryBit(int n) {
        float[] x = values(n, 30);
        float[] y = values(n, 3);
        assertThat(vector.sumOfSquares(x, 0, n, new float[16])).isEqualTo(scalar.sumOfSquares(x, 0, n, new float[16]));
        for (int kind = 0; kind < 5; kind++) {
            float[] a = x.clone();
            float[] b = x.clone();
            apply(scalar, kind, a, y, n);
            apply(vector, kind, b, y, n);
            assertThat(b).as("kind %d, n %d, seed %d", kind, n, SEED).isEqualTo(a);
        }
    }

    private static void apply(Kernels kernels, int kind, float[] x, float[] y, int n) {
        switch (kind) {
            case 0 -> kernels.add(x, 0, y, 0, n);
            case 1 -> kernels.siluTimes(x, 0, y, 0, n);
            case 2 -> kernels.geluTimes(x, 0, y, 0, n);
            case 3 -> kernels.scale(x, 0, n, 0.37f);
            default -> kernels.scaleRows(x, 0, 0.37f, y, x, 0, n);
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void pagesAreReadAsTheyWereWritten(KvType type) {
        double tolerance = switch (type) {
            case F32 -> 0;
            case BF16 -> 1.0 / 256;
            case INT8 -> 0.5 / 127;
        };
        for (int size : new int[] {4, 32, 40, 64, 80, 128, 256}) {
            int words = KvPages.words(type, size);
            int[] page = new int[2 * words + 3];
            Arrays.fill(page, 0x12345678);
            float[] x = values(16 * size, 1);
            for (int slot = 15; slot >= 0; slot--) {
                KvPages.storeKeys(type, x, slot * size, size, page, 3, slot);
                KvPages.storeValues(type, x, slot * size, size, page, 3 + words, slot);
            }
            float[] keys = read(scalar, true, type, page, 3, size);
            float[] values = read(scalar, false, type, page, 3 + words, size);
            assertThat(read(vector, true, type, page, 3, size)).isEqualTo(keys);
            assertThat(read(vector, false, type, page, 3 + words, size)).isEqualTo(values);
            for (int t = 0; t < 16; t++) {
                for (int d = 0; d < size; d++) {
                    assertThat((double) keys[d * 32 + 16 + t])
                            .as("%s, size %d, token %d, number %d, seed %d", type, size, t, d, SEED)
                            .isCloseTo(x[t * size + d], within(tolerance));
                    assertThat(values[t * (size + 7) + d]).isEqualTo(keys[d * 32 + 16 + t]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void productsWithPagesAgreeInEveryBit(KvType type) {
        for (int size : new int[] {32, 64, 80, 128, 256}) {
            int width = (size + 31) / 32 * 32;
            int words = KvPages.words(type, size);
            int[][] pages = new int[2][2 * words + 3];
            for (int t = 0; t < 32; t++) {
                KvPages.storeKeys(type, values(size, 1), 0, size, pages[t / 16], 3, t % 16);
                KvPages.storeValues(type, values(size, 1), 0, size, pages[t / 16], 3 + words, t % 16);
            }
            for (int count : new int[] {1, 2, 3, 4, 5, 7, 15, 16}) {
                for (int depth : new int[] {1, 7, 16, 17, 31, 32}) {
                    float[] queries = values(16 * width, 1);
                    Arrays.fill(queries, count * width, 16 * width, 0f);
                    float[] expected = attended(scalar, type, size, pages, queries, count, depth);
                    for (Kernels kernels : fast) {
                        assertThat(attended(kernels, type, size, pages, queries, count, depth))
                                .as(
                                        "%s: %s, size %d, %d queries, %d tokens",
                                        kernels.description(), type, size, count, depth)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    /** Scores of the visible tokens, then sums to which nothing was added before. */
    private static float[] attended(
            Kernels kernels, KvType type, int size, int[][] pages, float[] queries, int count, int depth) {
        int width = queries.length / 16;
        int stride = 40;
        int[] second = depth > 16 ? pages[1] : pages[0];
        float[] scores = new float[16 * stride + 5];
        float[] sums = new float[16 * width];
        PageProducts products = kernels.pages(type, size, width);
        products.ahead(second, pages[0], 3);
        products.score(pages[0], second, 3, queries, 0, count, scores, 5, stride);
        for (int i = 0; i < 16; i++) {
            Arrays.fill(
                    scores,
                    5 + i * stride + (i < count ? depth : 0),
                    Math.min(scores.length, 5 + (i + 1) * stride),
                    0f);
        }
        products.sum(pages[0], second, 3 + KvPages.words(type, size), scores, 5, stride, 0, count, depth, sums);
        float[] all = Arrays.copyOf(scores, scores.length + count * width);
        System.arraycopy(sums, 0, all, scores.length, count * width);
        return all;
    }

    private static float[] read(Kernels kernels, boolean keys, KvType type, int[] page, int at, int size) {
        float[] tile = new float[keys ? size * 32 : 16 * (size + 7)];
        if (keys) {
            kernels.keys(type, page, at, size, tile, 16, 32);
        } else {
            kernels.values(type, page, at, size, tile, 0, size + 7);
        }
        return tile;
    }

    @Test
    void bfloatsAreRoundedToNearestEvenAndKeepNaNAndInfinity() {
        assertThat(KvPages.bfloat(1f)).isEqualTo(0x3f80);
        assertThat(KvPages.bfloat(Float.intBitsToFloat(0x3f808000))).isEqualTo(0x3f80);
        assertThat(KvPages.bfloat(Float.intBitsToFloat(0x3f818000))).isEqualTo(0x3f82);
        assertThat(KvPages.bfloat(Float.intBitsToFloat(0x3f808001))).isEqualTo(0x3f81);
        assertThat(KvPages.bfloat(Float.intBitsToFloat(0x7fffffff))).isEqualTo(0x7fc0);
        assertThat(KvPages.bfloat(Float.NEGATIVE_INFINITY)).isEqualTo(0xff80);
    }

    @Test
    void dotsAgreeInEveryBit() {
        for (int rows : new int[] {1, 3, 4, 8, 13}) {
            for (int depth : new int[] {1, 7, 32, 80}) {
                float[] tile = values(depth * 70 + 5, 1);
                float[] x = values(rows * 100, 1);
                float[] a = values(rows * 64, 1);
                float[] b = a.clone();
                scalar.dots(tile, 5, 70, depth, 64, x, 2, 97, rows, a, 0, 64);
                vector.dots(tile, 5, 70, depth, 64, x, 2, 97, rows, b, 0, 64);
                assertThat(b)
                        .as("%d rows, depth %d, seed %d", rows, depth, SEED)
                        .isEqualTo(a);
            }
        }
    }

    @Test
    void softmaxAgreesInEveryBitAndMasksTheRest() {
        for (int from : new int[] {0, 3, 15}) {
            for (int to : new int[] {16, 17, 30, 48}) {
                float[] a = values(48, 40);
                a[0] = Float.NaN;
                a[from] = to - from > 1 ? Float.NEGATIVE_INFINITY : 1f;
                float[] b = a.clone();
                if (from == 0) {
                    a[0] = b[0] = -1e30f;
                }
                float total = scalar.softmax(a, 0, from, to, 48, 0.5f, new float[16]);
                assertThat(vector.softmax(b, 0, from, to, 48, 0.5f, new float[16]))
                        .isEqualTo(total)
                        .isGreaterThanOrEqualTo(1f);
                assertThat(b).isEqualTo(a);
                for (int i = 0; i < 48; i++) {
                    assertThat(i < from || i >= to ? a[i] : 0f).isZero();
                }
            }
        }
    }

    @Test
    void theFirstOfTheLargestIsFoundAtAnyPlace() {
        for (int n : new int[] {1, 5, 16, 33, 100}) {
            for (int place = 0; place < n; place++) {
                float[] x = values(n + 3, 10);
                x[3 + place] = 11;
                x[3 + n - 1] = 11;
                assertThat(scalar.argmax(x, 3, n)).isEqualTo(place);
                assertThat(vector.argmax(x, 3, n)).as("%d of %d", place, n).isEqualTo(place);
                for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                    x[3 + place] = bad;
                    assertThat(scalar.argmax(x, 3, n)).isEqualTo(-1);
                    assertThat(vector.argmax(x, 3, n)).isEqualTo(-1);
                }
            }
        }
        float[] nothing = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0f};
        assertThat(vector.argmax(nothing, 0, 2))
                .isEqualTo(scalar.argmax(nothing, 0, 2))
                .isZero();
        assertThat(vector.argmax(nothing, 0, 4))
                .isEqualTo(scalar.argmax(nothing, 0, 4))
                .isEqualTo(2);
    }

    @Test
    void theExponentialIsWithinTwoTenMillionthsAndKeepsNaN() {
        for (float x = -87; x <= 88; x += 0.037f) {
            assertThat(Exponential.exp(x) / Math.exp(x)).isBetween(1 - 4e-7, 1 + 4e-7);
        }
        assertThat(Exponential.exp(Float.NaN)).isNaN();
        assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isBetween(0f, 1e-37f);
    }

    private float[] values(int n, float range) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (random.nextFloat() * 2 - 1) * range;
        }
        return values;
    }
}
