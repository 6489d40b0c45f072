package dev.stoa.engine.kernel.x86;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a processor hasn't, nothing that runs on it may use; the machine of a test may have it, and would not notice. */
class InstructionSetTest {
    @ParameterizedTest
    @EnumSource(InstructionSet.class)
    void programsAreInTheEncodingOfTheirProcessor(InstructionSet instructions) {
        Encoding expected = switch (instructions) {
            case AVX512_VNNI -> Encoding.EVEX;
            case AVX2 -> Encoding.VEX;
        };
        assertThat(DotProduct.program(instructions, DotProduct.Weights.Q4_0, 1)
                        .assembler
                        .encoding())
                .isEqualTo(expected);
        assertThat(PageProduct.program(instructions, 1, PageProduct.CHUNK)
                        .assembler
                        .encoding())
                .isEqualTo(expected);
    }

    @Test
    void theShorterEncodingNeverBeginsAsTheLongerOne() {
        // EVEX's first byte; the first instruction behind the constant in a register is a vector's.
        byte[] code =
                PageProduct.program(InstructionSet.AVX2, 1, PageProduct.CHUNK).scores();
        assertThat(code[5]).isEqualTo((byte) 0xc4);
        assertThat(PageProduct.program(InstructionSet.AVX512_VNNI, 1, PageProduct.CHUNK)
                        .scores()[5])
                .isEqualTo((byte) 0x62);
    }
}
