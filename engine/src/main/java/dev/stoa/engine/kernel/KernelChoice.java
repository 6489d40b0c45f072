package dev.stoa.engine.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Which kernels run, and why. {@code -Dstoa.kernels=scalar}, {@code vector} or {@code machine} overrides the choice.
 *
 * @param kernels what runs
 * @param reason for the log and for {@code ModelInfo.kernels()}
 */
public record KernelChoice(Kernels kernels, String reason) {
    /** The system property that overrides the choice. */
    public static final String PROPERTY = "stoa.kernels";

    private static final Logger LOG = System.getLogger(KernelChoice.class.getName());
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /**
     * Chooses for this machine and logs it.
     *
     * @throws IllegalArgumentException if the property holds something else, or asks for what this JVM can't do
     */
    public static KernelChoice make() {
        KernelChoice choice = choose(System.getProperty(PROPERTY, ""));
        LOG.log(Level.INFO, "Kernels: {0}", choice);
        return choice;
    }

    static KernelChoice choose(String wish) {
        boolean available = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
        String asked = "asked for by -D" + PROPERTY;
        return switch (wish) {
            case "scalar" -> new KernelChoice(new ScalarKernels(), asked);
            case "vector", "machine" -> {
                if (!available) {
                    throw new IllegalArgumentException(
                            "-D" + PROPERTY + "=" + wish + " needs the JVM flag --add-modules " + VECTOR_MODULE);
                }
                yield new KernelChoice(wish.equals("vector") ? new VectorKernels() : machine(), asked);
            }
            case "" ->
                available
                        ? fastest()
                        : new KernelChoice(new ScalarKernels(), "the JVM runs without --add-modules " + VECTOR_MODULE);
            default ->
                throw new IllegalArgumentException("-D" + PROPERTY + " must be scalar, vector or machine, not " + wish);
        };
    }

    private static Kernels machine() {
        try {
            return MachineKernels.make();
        } catch (UnsupportedOperationException e) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=machine can't be had: " + e.getMessage(), e);
        }
    }

    private static KernelChoice fastest() {
        try {
            return new KernelChoice(MachineKernels.make(), "this machine's fastest");
        } catch (UnsupportedOperationException e) {
            return new KernelChoice(new VectorKernels(), "no machine code: " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return kernels.description() + " (" + reason + ")";
    }
}
