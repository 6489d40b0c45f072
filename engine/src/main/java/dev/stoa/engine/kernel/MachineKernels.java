package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import dev.stoa.engine.KvType;
import dev.stoa.engine.kernel.x86.DotProduct;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;
import dev.stoa.engine.kernel.x86.InputRecord;
import dev.stoa.engine.kernel.x86.PageProduct;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import org.jspecify.annotations.Nullable;

/**
 * {@link VectorKernels} whose products with weights of 4, 6 and 8 bits and with pages of bfloat16 are our own machine code.
 * Stateless but for that code.
 */
public final class MachineKernels extends VectorKernels {
    private static final int HALF_BLOCK = Activations.BLOCK / 2;
    private static final int LOW_BYTES = 0x00ff00ff;

    /** Lane {@code i} gets lane {@code i + 2}; the last two, whatever. */
    private static final VectorShuffle<Integer> TWO_ON = VectorShuffle.fromOp(IntVector.SPECIES_512, i -> (i + 2) % 16);

    private static @Nullable MachineKernels made;

    private final DotProduct dots;
    /** By head size: code stays as long as the process does, so nothing is written twice. */
    private final Map<Integer, PageProduct> pageProducts = new ConcurrentHashMap<>();

    private MachineKernels(DotProduct dots) {
        this.dots = dots;
    }

    /**
     * Makes the code for this machine, once.
     *
     * @throws UnsupportedOperationException where it can't run, with the reason
     */
    static synchronized MachineKernels make() {
        MachineKernels known = made;
        if (known != null) {
            return known;
        }
        if (!MachineKernels.class.getModule().isNativeAccessEnabled()) {
            throw new UnsupportedOperationException("the JVM runs without --enable-native-access");
        }
        if (Lanes.COUNT != IntVector.SPECIES_512.length()) {
            throw new UnsupportedOperationException("the JVM uses no registers of 512 bits");
        }
        known = new MachineKernels(DotProduct.make());
        made = known;
        return known;
    }

    @Override
    public String description() {
        return "machine code with AVX-512 VNNI, " + super.description();
    }

    @Override
    public Operand operand(Form form) {
        return switch (form) {
            case FOUR -> Operand.NIBBLES;
            case SIX, EIGHT -> Operand.BYTES;
            case FIVE, HALF, BFLOAT, FLOAT -> super.operand(form);
        };
    }

    @Override
    public void nibbleRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        IntVector pair = IntVector.fromArray(IntVector.SPECIES_512, pairs, at).and(LOW_BYTES);
        pair.or(pair.rearrange(TWO_ON).lanewise(VectorOperators.LSHL, 8)).intoArray(record, to);
        record[to + InputRecord.NIBBLES.scaleWord()] = Float.floatToRawIntBits(scale);
        record[to + InputRecord.NIBBLES.sumWord()] = Float.floatToRawIntBits(sum);
    }

    @Override
    public void byteRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        IntVector pair = IntVector.fromArray(IntVector.SPECIES_512, pairs, at);
        IntVector low = pair.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
        IntVector high = pair.lanewise(VectorOperators.ASHR, 16);
        store(low, record, to);
        store(high, record, to + HALF_BLOCK / Integer.BYTES);
        int first = low.reduceLanes(VectorOperators.ADD);
        int second = high.reduceLanes(VectorOperators.ADD);
        record[to + InputRecord.BYTES.scaleWord()] = Float.floatToRawIntBits(scale);
        record[to + InputRecord.BYTES.sumWord()] = Float.floatToRawIntBits(sum);
        record[to + InputRecord.MINUS_32] = -32 * first;
        record[to + InputRecord.MINUS_32 + 1] = -32 * second;
        record[to + InputRecord.MINUS_128] = -128 * (first + second);
    }

    private static void store(IntVector numbers, int[] record, int to) {
        ((ByteVector) numbers.convertShape(VectorOperators.I2B, ByteVector.SPECIES_128, 0))
                .reinterpretAsInts()
                .intoArray(record, to);
    }

    @Override
    public void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        Operand operand = operand(matrix.form());
        if (operand != Operand.NIBBLES && operand != Operand.BYTES) {
            super.multiply(matrix, panel, input, scratch);
            return;
        }
        Weights weights = switch (matrix.form()) {
            case SIX -> Weights.SIXES;
            case EIGHT -> Weights.BYTES;
            default -> matrix.hasMinimums() ? Weights.NIBBLES_WITH_MINIMUMS : Weights.NIBBLES;
        };
        Arrays.fill(scratch.result, 0, input.rows() * PANEL, 0f);
        for (int block = 0; block < matrix.blocks(); block += VectorProduct.CHUNK) {
            int count = Math.min(VectorProduct.CHUNK, matrix.blocks() - block);
            ScaleReader.read(matrix, panel, block, count, scratch);
            long wordsAt = (long) Integer.BYTES * matrix.numbersAt(panel, block);
            MemorySegment words = matrix.numbersMemory().asSlice(wordsAt);
            add(weights, words, input.records(operand).memory(), input, block, count, scratch);
        }
    }

    @Override
    public PageProducts pages(KvType type, int headSize, int width) {
        boolean can = type == KvType.BF16 && headSize % PageProduct.CHUNK == 0 && width == headSize;
        return can
                ? new MachinePages(pageProducts.computeIfAbsent(headSize, PageProduct::new), headSize)
                : super.pages(type, headSize, width);
    }

    private void add(
            Weights weights,
            MemorySegment words,
            MemorySegment records,
            Activations input,
            int block,
            int blocks,
            PanelScratch scratch) {
        int rows = input.rows();
        long stride = (long) rows * InputRecord.WORDS * Integer.BYTES;
        int calls = (rows + DotProduct.MAX_ROWS - 1) / DotProduct.MAX_ROWS;
        for (int call = 0; call < calls; call++) {
            int from = rows * call / calls;
            int to = rows * (call + 1) / calls;
            dots.add(
                    weights,
                    to - from,
                    words,
                    records.asSlice((long) Integer.BYTES * input.recordAt(block, from)),
                    stride,
                    scratch.scaleMemory,
                    scratch.minimumMemory,
                    scratch.resultMemory.asSlice((long) Float.BYTES * from * PANEL),
                    blocks);
        }
    }
}
