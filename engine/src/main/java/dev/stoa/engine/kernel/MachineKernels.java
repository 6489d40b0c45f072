package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import dev.stoa.engine.KvType;
import dev.stoa.engine.kernel.x86.DotProduct;
import dev.stoa.engine.kernel.x86.DotProduct.Weights;
import dev.stoa.engine.kernel.x86.InputRecord;
import dev.stoa.engine.kernel.x86.InstructionSet;
import dev.stoa.engine.kernel.x86.PageProduct;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorKernels} whose products with weights of 4, 5, 6 and 8 bits and with pages of bfloat16 are our own machine code.
 * Stateless but for that code.
 */
public final class MachineKernels extends VectorKernels {
    private static final int PAIRS = Activations.BLOCK / 2;
    private static final int LOW_BYTES = 0x00ff00ff;
    private static final int UPPER_HALF = 0xffff0000;

    /** Bytes of as many numbers as a register has ints. */
    private static final VectorSpecies<Byte> BYTES = Lanes.COUNT == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /** Lane {@code i} gets lane {@code i + 2}; the last two, whatever. */
    private static final VectorShuffle<Integer> TWO_ON = VectorShuffle.fromOp(Lanes.I, i -> (i + 2) % Lanes.COUNT);

    /** The lanes whose bytes are the lower two of a word. */
    private static final VectorMask<Integer> LOWER_TWO = VectorMask.fromLong(Lanes.I, 0x3333);

    private static final Map<InstructionSet, MachineKernels> MADE = new EnumMap<>(InstructionSet.class);

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
    static MachineKernels make() {
        if (Lanes.COUNT == 16) {
            try {
                return make(InstructionSet.AVX512_VNNI);
            } catch (UnsupportedOperationException e) {
                // What it hasn't, the other may not need; else that one says why.
            }
        }
        return make(InstructionSet.AVX2);
    }

    /** As {@link #make()}, for these instructions. */
    static synchronized MachineKernels make(InstructionSet instructions) {
        if (!MachineKernels.class.getModule().isNativeAccessEnabled()) {
            throw new UnsupportedOperationException("the JVM runs without --enable-native-access");
        }
        if (Lanes.COUNT < 8) {
            throw new UnsupportedOperationException("the JVM uses no registers of 256 bits");
        }
        return MADE.computeIfAbsent(instructions, set -> new MachineKernels(new DotProduct(set)));
    }

    @Override
    public String description() {
        return "machine code with " + dots.instructions().title() + ", " + super.description();
    }

    @Override
    public Operand operand(Form form) {
        return switch (form) {
            case FOUR, FIVE -> Operand.NIBBLES;
            case SIX, EIGHT -> Operand.BYTES;
            case HALF, BFLOAT, FLOAT -> super.operand(form);
        };
    }

    @Override
    public void nibbleRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        int total = 0;
        for (int i = 0; i < PAIRS; i += Lanes.COUNT) {
            IntVector pair = IntVector.fromArray(Lanes.I, pairs, at + i);
            IntVector low = pair.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
            total += pair.and(UPPER_HALF).add(low).reduceLanes(VectorOperators.ADD);
            IntVector bytes = pair.and(LOW_BYTES);
            bytes.or(bytes.rearrange(TWO_ON).lanewise(VectorOperators.LSHL, 8)).intoArray(record, to + i);
        }
        record[to + InputRecord.NIBBLES.scaleWord()] = Float.floatToRawIntBits(scale);
        record[to + InputRecord.NIBBLES.sumWord()] = Float.floatToRawIntBits(sum);
        record[to + InputRecord.MINUS_16] = -16 * (low(total) + high(total));
        record[to + InputRecord.MINUS_16_PAIR] = shorts(-16 * low(total), -16 * high(total));
    }

    @Override
    public void byteRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        int total = 0;
        int lower = 0;
        for (int i = 0; i < PAIRS; i += Lanes.COUNT) {
            IntVector pair = IntVector.fromArray(Lanes.I, pairs, at + i);
            IntVector low = pair.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
            store(low, record, to + i / 4);
            store(pair.lanewise(VectorOperators.ASHR, 16), record, to + (PAIRS + i) / 4);
            IntVector both = pair.and(UPPER_HALF).add(low);
            total += both.reduceLanes(VectorOperators.ADD);
            lower += both.reduceLanes(VectorOperators.ADD, LOWER_TWO);
        }
        int upper = total - lower;
        record[to + InputRecord.BYTES.scaleWord()] = Float.floatToRawIntBits(scale);
        record[to + InputRecord.BYTES.sumWord()] = Float.floatToRawIntBits(sum);
        record[to + InputRecord.MINUS_32] = -32 * low(total);
        record[to + InputRecord.MINUS_32 + 1] = -32 * high(total);
        record[to + InputRecord.MINUS_128] = -128 * (low(total) + high(total));
        record[to + InputRecord.MINUS_32_PAIR] = shorts(-32 * low(lower), -32 * low(upper));
        record[to + InputRecord.MINUS_32_PAIR + 1] = shorts(-32 * high(lower), -32 * high(upper));
    }

    /** Of {@code high · 2¹⁶ + low}, the low number. */
    private static int low(int both) {
        return (short) both;
    }

    /** The high one, from which a negative low one has borrowed. */
    private static int high(int both) {
        return both - low(both) >> 16;
    }

    private static int shorts(int low, int high) {
        return low & 0xffff | high << 16;
    }

    private static void store(IntVector numbers, int[] record, int to) {
        ((ByteVector) numbers.convertShape(VectorOperators.I2B, BYTES, 0))
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
        Weights weights = weights(matrix);
        Arrays.fill(scratch.result, 0, input.rows() * PANEL, 0f);
        for (int block = 0; block < matrix.blocks(); block += VectorProduct.CHUNK) {
            int count = Math.min(VectorProduct.CHUNK, matrix.blocks() - block);
            add(weights, matrix, panel, input, input.records(operand).memory(), block, count, scratch);
        }
    }

    private static Weights weights(PackedMatrix matrix) {
        ScaleForm scales = matrix.scaleForm();
        Weights weights = switch (matrix.form()) {
            case FOUR ->
                switch (scales) {
                    case HALF -> Weights.Q4_0;
                    case PAIR -> Weights.Q4_1;
                    default -> Weights.Q4_K;
                };
            case FIVE ->
                switch (scales) {
                    case HALF -> Weights.Q5_0;
                    case PAIR -> Weights.Q5_1;
                    default -> Weights.Q5_K;
                };
            case SIX -> Weights.Q6_K;
            default -> Weights.Q8_0;
        };
        assert weights.minimumFactor() == matrix.minimumFactor() : weights + " with " + matrix.minimumFactor();
        assert weights.minimums() == matrix.hasMinimums() : weights + " and minimums";
        return weights;
    }

    @Override
    public PageProducts pages(KvType type, int headSize, int width) {
        boolean can = type == KvType.BF16 && headSize % PageProduct.CHUNK == 0 && width == headSize;
        return can
                ? new MachinePages(pageProducts.computeIfAbsent(headSize, this::pageProduct), headSize)
                : super.pages(type, headSize, width);
    }

    private PageProduct pageProduct(int headSize) {
        return new PageProduct(dots.instructions(), headSize);
    }

    private void add(
            Weights weights,
            PackedMatrix matrix,
            int panel,
            Activations input,
            MemorySegment records,
            int block,
            int blocks,
            PanelScratch scratch) {
        int rows = input.rows();
        long stride = (long) rows * InputRecord.WORDS * Integer.BYTES;
        int calls = Math.ceilDiv(rows, dots.maxRows());
        for (int call = 0; call < calls; call++) {
            int from = rows * call / calls;
            int to = rows * (call + 1) / calls;
            dots.add(
                    weights,
                    to - from,
                    matrix.numbersMemory(),
                    (long) Integer.BYTES * matrix.numbersAt(panel, block),
                    records,
                    (long) Integer.BYTES * input.recordAt(block, from),
                    stride,
                    matrix.scalesMemory(),
                    (long) Integer.BYTES * matrix.scalesAt(panel, block),
                    scratch.resultMemory,
                    (long) Float.BYTES * from * PANEL,
                    blocks);
        }
    }
}
