package dev.stoa.engine.model;

import dev.stoa.engine.kernel.Activations;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.PanelScratch;
import dev.stoa.engine.kernel.Workers;
import java.util.Arrays;

/**
 * Matrix products over the workers: the panels of several matrices with one input are one job. For the engine thread,
 * which sets up one job at a time; nothing is allocated.
 */
final class Projections {
    private final Kernels kernels;
    private final Workers workers;
    private final PanelScratch[] scratch;
    private final Workers.Task projectTask = this::projectPanel;
    private final Workers.Task gateTask = this::gatePanel;

    private Activations input;
    private PackedMatrix[] matrices = {};
    private float[][] outputs = {};
    private Activations gated;
    private ModelConfig.Activation activation = ModelConfig.Activation.SILU;

    Projections(Kernels kernels, Workers workers, int maxRows) {
        this.kernels = kernels;
        this.workers = workers;
        this.scratch = new PanelScratch[workers.count()];
        Arrays.setAll(scratch, i -> new PanelScratch(maxRows));
        this.input = new Activations(kernels, 0, 0);
        this.gated = input;
    }

    /** {@code outputs[i] = input · matrices[i]ᵀ}, shape {@code [rows][matrices[i].rows()]}. */
    void project(Activations input, PackedMatrix[] matrices, float[][] outputs) {
        this.input = input;
        this.matrices = matrices;
        this.outputs = outputs;
        int panels = 0;
        for (PackedMatrix matrix : matrices) {
            panels += matrix.panels();
        }
        workers.run(panels, projectTask);
    }

    private void projectPanel(int item, int worker) {
        int panel = item;
        int i = 0;
        while (panel >= matrices[i].panels()) {
            panel -= matrices[i].panels();
            i++;
        }
        panel(matrices[i], panel, outputs[i], worker);
    }

    /**
     * The gated inner layer of a feed-forward part: {@code out = activation(input · gateᵀ) · (input · upᵀ)}.
     *
     * @param gateAndUp the two matrices, and room for their results in {@code outputs}
     */
    void gated(
            Activations input,
            PackedMatrix[] gateAndUp,
            float[][] outputs,
            ModelConfig.Activation activation,
            Activations out) {
        this.input = input;
        this.matrices = gateAndUp;
        this.outputs = outputs;
        this.activation = activation;
        this.gated = out;
        workers.run(gateAndUp[0].panels(), gateTask);
    }

    private void gatePanel(int panel, int worker) {
        float[] gate = outputs[0];
        float[] up = outputs[1];
        panel(matrices[0], panel, gate, worker);
        panel(matrices[1], panel, up, worker);
        int width = matrices[0].rows();
        int from = panel * PackedMatrix.PANEL;
        int count = Math.min(PackedMatrix.PANEL, width - from);
        for (int row = 0; row < input.rows(); row++) {
            int at = row * width + from;
            switch (activation) {
                case SILU -> kernels.siluTimes(gate, at, up, at, count);
                case GELU -> kernels.geluTimes(gate, at, up, at, count);
            }
            gated.setBlock(row, panel, gate, at, count);
        }
    }

    private void panel(PackedMatrix matrix, int panel, float[] out, int worker) {
        PanelScratch own = scratch[worker];
        kernels.multiply(matrix, panel, input, own);
        int width = matrix.rows();
        int from = panel * PackedMatrix.PANEL;
        int count = Math.min(PackedMatrix.PANEL, width - from);
        for (int row = 0; row < input.rows(); row++) {
            System.arraycopy(own.result(), row * PackedMatrix.PANEL, out, row * width + from, count);
        }
    }
}
