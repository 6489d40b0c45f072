package dev.stoa.bench;

import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.kernel.Activations;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.MatrixPacker;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.PanelScratch;
import dev.stoa.engine.kernel.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The matrix products of one step of a model and nothing else: every weight matrix once, in the order of the file, from
 * memory. What the engine reaches of this rate says what everything beside the products costs.
 */
final class BareKernels implements AutoCloseable {
    private static final String OUTPUT = "output.weight";
    private static final String EMBEDDINGS = "token_embd.weight";

    /** The JIT compiles the products on the cores that they run on; after a few steps alone it is still at work. */
    private static final long WARM_UP_NANOS = 4_000_000_000L;

    /** Steps of one repetition: as many as a decode run of the engine has. */
    private static final int STEPS = EngineBenchmark.DECODE_TOKENS;

    private final Kernels kernels = KernelChoice.make().kernels();
    private final Workers workers;
    private final List<PackedMatrix> matrices = new ArrayList<>();

    BareKernels(Path model, int threads) {
        this.workers = new Workers(threads);
        try (GgufFile file = GgufFile.open(model)) {
            boolean untied = file.tensors().containsKey(OUTPUT);
            for (TensorInfo tensor : file.tensors().values()) {
                if (tensor.dimension(1) > 1 && !(untied && tensor.name().equals(EMBEDDINGS))) {
                    int rows = Math.toIntExact(tensor.dimension(1));
                    int cols = Math.toIntExact(tensor.dimension(0));
                    matrices.add(new MatrixPacker(tensor.name(), tensor.type(), file.data(tensor), rows, cols)
                            .pack(workers));
                }
            }
        }
    }

    /** Bytes of all matrices as they lie in memory. */
    long bytes() {
        return matrices.stream().mapToLong(PackedMatrix::bytes).sum();
    }

    /** Floating-point operations of one token. */
    double flops() {
        return matrices.stream()
                .mapToDouble(each -> 2.0 * each.rows() * each.cols())
                .sum();
    }

    /** Tokens a second of {@code batch} rows: the median of {@code repetitions}, once the products are compiled. */
    double tokensPerSecond(int batch, int repetitions) {
        PanelScratch[] scratch = new PanelScratch[workers.count()];
        Arrays.setAll(scratch, _ -> new PanelScratch(batch));
        List<Activations> inputs =
                matrices.stream().map(each -> input(each, batch)).toList();
        for (long begin = System.nanoTime(); System.nanoTime() - begin < WARM_UP_NANOS; ) {
            step(inputs, scratch);
        }
        double[] rates = new double[repetitions];
        for (int i = 0; i < repetitions; i++) {
            long begin = System.nanoTime();
            for (int step = 0; step < STEPS; step++) {
                step(inputs, scratch);
            }
            rates[i] = STEPS * batch / ((System.nanoTime() - begin) / 1e9);
        }
        return EngineBenchmark.median(rates);
    }

    private void step(List<Activations> inputs, PanelScratch[] scratch) {
        for (int m = 0; m < inputs.size(); m++) {
            PackedMatrix matrix = matrices.get(m);
            Activations input = inputs.get(m);
            workers.run(matrix.panels(), (panel, worker) -> kernels.multiply(matrix, panel, input, scratch[worker]));
        }
    }

    private Activations input(PackedMatrix matrix, int batch) {
        Activations input = new Activations(kernels, batch, matrix.cols());
        input.reshape(batch, matrix.cols(), matrix);
        Random random = new Random(matrix.cols());
        float[] row = new float[matrix.cols()];
        for (int i = 0; i < batch; i++) {
            for (int k = 0; k < row.length; k++) {
                row[k] = (float) random.nextGaussian();
            }
            input.setRow(i, row, 0, row.length);
        }
        return input;
    }

    @Override
    public void close() {
        workers.close();
    }
}
