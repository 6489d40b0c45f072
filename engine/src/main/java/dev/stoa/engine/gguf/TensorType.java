package dev.stoa.engine.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a tensor's numbers are stored. A row is a whole number of blocks, and a block is decoded on its own.
 *
 * <p>The ids and block layouts are ggml's ({@code ggml.h}, {@code ggml-common.h}).
 */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    /** Types that ggml has or had and this engine can't compute with; only their names are needed, for the error. */
    private static final Map<Integer, String> UNSUPPORTED = Map.ofEntries(
            Map.entry(4, "Q4_2"),
            Map.entry(5, "Q4_3"),
            Map.entry(9, "Q8_1"),
            Map.entry(10, "Q2_K"),
            Map.entry(11, "Q3_K"),
            Map.entry(15, "Q8_K"),
            Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"),
            Map.entry(18, "IQ3_XXS"),
            Map.entry(19, "IQ1_S"),
            Map.entry(20, "IQ4_NL"),
            Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"),
            Map.entry(23, "IQ4_XS"),
            Map.entry(24, "I8"),
            Map.entry(25, "I16"),
            Map.entry(26, "I32"),
            Map.entry(27, "I64"),
            Map.entry(28, "F64"),
            Map.entry(29, "IQ1_M"),
            Map.entry(31, "Q4_0_4_4"),
            Map.entry(32, "Q4_0_4_8"),
            Map.entry(33, "Q4_0_8_8"),
            Map.entry(34, "TQ1_0"),
            Map.entry(35, "TQ2_0"),
            Map.entry(36, "IQ4_NL_4_4"),
            Map.entry(37, "IQ4_NL_4_8"),
            Map.entry(38, "IQ4_NL_8_8"),
            Map.entry(39, "MXFP4"),
            Map.entry(40, "NVFP4"));

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    TensorType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** ggml's number for this type, as it stands in the file. */
    public int id() {
        return id;
    }

    /** Elements of a block. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Bytes that hold {@code elements} consecutive elements.
     *
     * @param elements a multiple of {@link #blockSize()}
     * @throws ArithmeticException if the result doesn't fit a long
     */
    public long bytes(long elements) {
        assert elements % blockSize == 0 : elements + " is not a whole number of blocks of " + this;
        return Math.multiplyExact(elements / blockSize, (long) blockBytes);
    }

    static Optional<TensorType> find(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    /** Says what type {@code id} is and which ones could be read instead. */
    static String unsupported(int id) {
        String name = UNSUPPORTED.get(id);
        String supported = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
        return (name == null ? "unknown tensor type " + id : "tensor type " + name + " (" + id + ") is not supported")
                + "; supported: " + supported;
    }
}
