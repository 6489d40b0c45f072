package dev.stoa.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
    /** So that machine code that stops being chosen, and then being tested, is noticed where it can run. */
    @Test
    void machineCodeRunsWhereTheProcessorCan() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        String processor = Files.exists(file) ? Files.readString(file) : "";
        boolean can = Lanes.COUNT >= 8
                && System.getProperty("os.arch").equals("amd64")
                && processor.contains(" avx2 ")
                && processor.contains(" fma ");
        boolean wide = can && Lanes.COUNT == 16 && processor.contains(" avx512_vnni ");
        KernelChoice choice = KernelChoice.choose("");
        assertThat(choice.kernels() instanceof MachineKernels)
                .as(choice.toString())
                .isEqualTo(can);
        assertThat(choice.toString()).contains(can ? "this machine's fastest" : "no machine code: ");
        assertThat(choice.toString().contains("AVX-512 VNNI"))
                .as(choice.toString())
                .isEqualTo(wide);
    }

    @Test
    void aWishIsGrantedOrRefusedWithTheReason() {
        assertThat(KernelChoice.choose("scalar").kernels()).isInstanceOf(ScalarKernels.class);
        assertThat(KernelChoice.choose("vector").kernels()).isExactlyInstanceOf(VectorKernels.class);
        assertThatThrownBy(() -> KernelChoice.choose("fast"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scalar, vector or machine, not fast");
    }
}
