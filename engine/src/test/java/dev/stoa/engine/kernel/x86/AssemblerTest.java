package dev.stoa.engine.kernel.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.kernel.x86.Assembler.Register;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Against what the GNU assembler makes of the same instructions, with 32-bit distances. */
class AssemblerTest {
    @Test
    void instructionsAreThoseOfTheGnuAssembler() {
        // vpdpbusd zmm23, zmm27, dword ptr [rsi+0x144]{1to16}
        check("62e2255050be44010000", a -> a.dotBytes(23, 27, Register.RSI, 0x144));
        // vpsrld zmm26, zmm24, 4
        check("62912d4072d004", a -> a.shiftRight(26, 24, 4));
        // vpandd zmm12, zmm31, zmm7
        check("62710540dbe7", a -> a.and(12, 31, 7));
        // vmulps zmm28, zmm9, dword ptr [r9+0x100]{1to16}
        check("6241345859a100010000", a -> a.multiply(28, 9, Register.R9, 0x100));
        // vfmadd231ps zmm17, zmm28, zmm3
        check("62e21d40b8cb", a -> a.multiplyAdd(17, 28, 3));
        // vpternlogd zmm24, zmm26, zmm30, 0xf8
        check("62032d4025c6f8", a -> a.orAnd(24, 26, 30));
        // vpbroadcastd zmm31, eax
        check("62627d487cf8", a -> a.broadcast(31, Register.RAX));
        // vcvtdq2ps zmm16, zmm16
        check("62a17c485bc0", a -> a.toFloats(16, 16));
        // add r10, rdx
        check("4901d2", a -> a.add(Register.R10, Register.RDX));
        // mov r9, rsi
        check("4989f1", a -> a.copy(Register.R9, Register.RSI));
        // mov r8d, 0x30303030
        check("41b830303030", a -> a.set(Register.R8, 0x30303030));
        // add rsi, -1024
        check("4881c600fcffff", a -> a.add(Register.RSI, -1024));
        // mov rax, qword ptr [rsp+8]
        check("488b842408000000", a -> a.loadArgument(Register.RAX, 8));
    }

    @Test
    void anAddressFromTheStackPointerIsRefused() {
        assertThatThrownBy(() -> new Assembler().load(0, Register.RSP, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void check(String expected, Consumer<Assembler> instruction) {
        Assembler assembler = new Assembler();
        instruction.accept(assembler);
        assertThat(HexFormat.of().formatHex(assembler.bytes())).isEqualTo(expected);
    }
}
