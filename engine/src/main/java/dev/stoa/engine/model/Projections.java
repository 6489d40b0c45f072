package dev.stoa.engine.model;

import dev.stoa.engine.kernel.Activations;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.PackedMatrix;
import dev.stoa.engine.kernel.PanelScratch;
import dev.stoa.engine.kernel.Workers;
import java.util.Arrays;

/** Matrix products over the workers: the panels of several matrices with one input are one job. */
final class Projections {
    private final Kernels kernels;
    private final Workers workers;
    private final PanelScratch[] scratch;

    Projections(Kernels kernels, Workers workers, int maxRows) {
        this.kernels = kernels;
        this.workers = workers;
        this.scratch = new PanelScratch[workers.count()];
        Arrays.setAll(scratch, i -> new PanelScratch(maxRows));
    }

    /** {@code out = input · matrixᵀ}, shape {@code [rows][matrix.rows()]}. */
    void project(Activations input, PackedMatrix matrix, float[] out) {
        workers.run(matrix.panels(), (panel, worker) -> panel(input, matrix, panel, out, worker));
    }

    /** Three products of one input. */
    void project(
            Activations input,
            PackedMatrix first,
            float[] firstOut,
            PackedMatrix second,
            float[] secondOut,
            PackedMatrix third,
            float[] thirdOut) {
        int two = first.panels() + second.panels();
        workers.run(two + third.panels(), (item, worker) -> {
            if (item < first.panels()) {
                panel(input, first, item, firstOut, worker);
            } else if (item < two) {
                panel(input, second, item - first.panels(), secondOut, worker);
            } else {
                panel(input, third, item - two, thirdOut, worker);
            }
        });
    }

    /** The gated inner layer of a feed-forward part: {@code out = activation(input · gateᵀ) · (input · upᵀ)}. */
    void gated(
            Activations input,
            PackedMatrix gate,
            PackedMatrix up,
            ModelConfig.Activation activation,
            float[] gateOut,
            float[] upOut,
            Activations out) {
        workers.run(gate.panels(), (panel, worker) -> {
            panel(input, gate, panel, gateOut, worker);
            panel(input, up, panel, upOut, worker);
            int width = gate.rows();
            int from = panel * PackedMatrix.PANEL;
            int count = Math.min(PackedMatrix.PANEL, width - from);
            for (int row = 0; row < input.rows(); row++) {
                int at = row * width + from;
                switch (activation) {
                    case SILU -> kernels.siluTimes(gateOut, at, upOut, at, count);
                    case GELU -> kernels.geluTimes(gateOut, at, upOut, at, count);
                }
                out.setBlock(row, panel, gateOut, at, count);
            }
        });
    }

    private void panel(Activations input, PackedMatrix matrix, int panel, float[] out, int worker) {
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
