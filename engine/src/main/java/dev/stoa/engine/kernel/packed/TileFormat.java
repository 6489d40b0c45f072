package dev.stoa.engine.kernel.packed;

import dev.stoa.engine.gguf.TensorType;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How the weights of one ggml type lie in the blocks of a {@link TileMatrix}. The package documentation draws the
 * blocks; this enum holds their sizes, counted in shorts.
 */
enum TileFormat {
    Q4_0(TensorType.Q4_0, Numbers.FOUR, Scales.HALF),
    Q4_1(TensorType.Q4_1, Numbers.FOUR, Scales.HALF_AND_MINIMUM),
    Q5_0(TensorType.Q5_0, Numbers.FIVE, Scales.HALF),
    Q5_1(TensorType.Q5_1, Numbers.FIVE, Scales.HALF_AND_MINIMUM),
    Q8_0(TensorType.Q8_0, Numbers.EIGHT, Scales.HALF),
    Q4_K(TensorType.Q4_K, Numbers.FOUR, Scales.SIX_BIT),
    Q5_K(TensorType.Q5_K, Numbers.FIVE, Scales.SIX_BIT),
    Q6_K(TensorType.Q6_K, Numbers.SIX, Scales.SIGNED_BYTE);

    /** Rows of a tile: a whole number of registers from 64 to 512 bits. */
    static final int ROWS = 32;

    /** Columns of a block. */
    static final int BLOCK = 32;

    /** Where a block's scales end and its numbers begin depends on both of these. */
    enum Numbers {
        /** Unsigned, 8 too large. */
        FOUR(8, 32, 8 * ROWS),
        /** Unsigned, 16 too large. */
        FIVE(16, 16, 10 * ROWS),
        /** Unsigned, 32 too large. */
        SIX(32, 8, 12 * ROWS),
        /** Signed. Multiplied as floats: two products of such numbers would fill a short. */
        EIGHT(0, BLOCK, 16 * ROWS);

        /** What is stored above the number's true value; half of the numbers' range. */
        final int offset;

        /**
         * Columns whose products are summed in a short. With whole numbers of at most 127 in the input the sum stays
         * within {@code chain · offset · 127 = 32,512}, a short's range, for each of the three.
         */
        final int chain;

        final int shorts;

        Numbers(int offset, int chain, int shorts) {
            this.offset = offset;
            this.chain = chain;
            this.shorts = shorts;
        }
    }

    /** Scales in front of the numbers of each block, and in front of 256 columns. */
    enum Scales {
        /** A half for each row. */
        HALF(1, 0, ROWS, 1, false),
        /** A half, and a half for the minimum. */
        HALF_AND_MINIMUM(1, 0, 2 * ROWS, 1, true),
        /** Two halves for 256 columns; for each block a byte for the scale and one for the minimum. */
        SIX_BIT(8, 2 * ROWS, ROWS, 1, true),
        /** A half for 256 columns; for each block two signed bytes, one for 16 columns. */
        SIGNED_BYTE(8, ROWS, ROWS, 2, false);

        final int blocksOfSuper;
        final int superShorts;
        final int shorts;
        final int scalesOfBlock;
        final boolean minimum;

        Scales(int blocksOfSuper, int superShorts, int shorts, int scalesOfBlock, boolean minimum) {
            this.blocksOfSuper = blocksOfSuper;
            this.superShorts = superShorts;
            this.shorts = shorts;
            this.scalesOfBlock = scalesOfBlock;
            this.minimum = minimum;
        }
    }

    final TensorType type;
    final Numbers numbers;
    final Scales scales;

    TileFormat(TensorType type, Numbers numbers, Scales scales) {
        this.type = type;
        this.numbers = numbers;
        this.scales = scales;
    }

    static Optional<TileFormat> find(TensorType type) {
        return Arrays.stream(values()).filter(format -> format.type == type).findFirst();
    }

    static String supported() {
        return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
    }

    /** Shorts of a block of 32 rows and 32 columns. */
    int blockShorts() {
        return scales.shorts + numbers.shorts;
    }

    /** Shorts of the blocks that share their outer scales, with these. */
    int superShorts() {
        return scales.superShorts + scales.blocksOfSuper * blockShorts();
    }
}
