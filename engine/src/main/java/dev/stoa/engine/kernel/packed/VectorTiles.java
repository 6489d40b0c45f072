package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;
import static dev.stoa.engine.kernel.packed.TileScratch.CHUNK;

import java.util.Arrays;

/**
 * The product on the Vector API. Rows lie in lanes and no lane is ever summed with another, so the number of lanes
 * changes nothing in the result. Stateless.
 *
 * <p>Several tokens: a block's numbers are unpacked once into memory that stays in the first-level cache, then
 * multiplied with four tokens and two registers at a time. One token: straight from the packed numbers.
 */
final class VectorTiles {
    private VectorTiles() {}

    /** The size of this method is deliberate: see the package documentation. */
    static void multiply(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        int tokens = input.tokens();
        Arrays.fill(scratch.result, 0, tokens * ROWS, 0f);
        if (tokens == 1) {
            one(matrix, tile, input, scratch);
            return;
        }
        TileFormat format = matrix.format();
        short[] data = matrix.data();
        int chain = format.numbers.chain;
        for (int from = 0; from < tokens; from += CHUNK) {
            int to = Math.min(tokens, from + CHUNK);
            for (int block = 0; block < matrix.blocks(); block++) {
                int at = matrix.blockOffset(tile, block) + format.scales.shorts;
                int first = block * tokens + from;
                TileScales.read(matrix, tile, block, scratch);
                switch (format.numbers) {
                    case FOUR -> TileUnpacker.four(data, at, scratch.numbers);
                    case FIVE -> TileUnpacker.five(data, at, scratch.numbers);
                    case SIX -> TileUnpacker.six(data, at, scratch.numbers);
                    case EIGHT -> TileUnpacker.eight(data, at, scratch.floats);
                }
                if (format.numbers == TileFormat.Numbers.EIGHT) {
                    FloatDots.dots(input.floats(), first * BLOCK, to - from, scratch);
                    Settling.addFloats(scratch, from, to);
                    continue;
                }
                for (int k = 0; k < BLOCK; k += chain) {
                    ShortDots.dots(input.pairs(), first * BLOCK + k, k, chain, to - from, scratch);
                    boolean minimums = format.scales.minimum && k + chain == BLOCK;
                    int scaleAt = k * format.scales.scalesOfBlock / BLOCK * ROWS;
                    Settling.add(scratch, scaleAt, minimums, input, first, from, to);
                }
            }
        }
    }

    private static void one(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        switch (matrix.format().numbers) {
            case FOUR -> OneToken.four(matrix, tile, input, scratch);
            case FIVE -> OneToken.five(matrix, tile, input, scratch);
            case SIX -> OneToken.six(matrix, tile, input, scratch);
            case EIGHT -> OneToken.eight(matrix, tile, input, scratch);
        }
    }
}
