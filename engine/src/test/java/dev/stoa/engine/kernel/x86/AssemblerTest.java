package dev.stoa.engine.kernel.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.kernel.x86.Assembler.Encoding;
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
        // vpternlogd zmm24, zmm28, zmm30, 0xf2
        check("62031d4025c6f2", a -> a.orAndNot(24, 28, 30));
        // vpsrld zmm28, zmmword ptr [rdi+0x240], 3
        check("62f11d4072974002000003", a -> a.shiftRight(28, Register.RDI, 0x240, 3));
        // vpbroadcastd zmm31, eax
        check("62627d487cf8", a -> a.broadcast(31, Register.RAX));
        // vcvtph2ps zmm25, ymmword ptr [rcx+0x60]
        check("62627d48138960000000", a -> a.halvesToFloats(25, Register.RCX, 0x60));
        // vcvtdq2ps zmm16, zmm16
        check("62a17c485bc0", a -> a.toFloats(16, 16));
        // add r10, rdx
        check("4901d2", a -> a.add(Register.R10, Register.RDX));
        // mov r9, rsi
        check("4989f1", a -> a.copy(Register.R9, Register.RSI));
        // imul rdx, r8, -256
        check("4969d000ffffff", a -> a.multiply(Register.RDX, Register.R8, -256));
        // mov r8d, 0x30303030
        check("41b830303030", a -> a.set(Register.R8, 0x30303030));
        // add rsi, -1024
        check("4881c600fcffff", a -> a.add(Register.RSI, -1024));
        // prefetcht1 byte ptr [r9+0x12340]
        check("410f189140230100", a -> a.prefetch(Register.R9, 0x12340));
        // mov r10, qword ptr [rsp+16], with a distance of 32 bits
        check("4c8b942410000000", a -> a.loadArgument(Register.R10, 1));
        // add rsi, qword ptr [rsp+8]
        check("4803b42408000000", a -> a.addArgument(Register.RSI, 0));
        // vpmovsxbd zmm28, xmmword ptr [r11+0x60]
        check("62427d4821a360000000", a -> a.bytesToInts(28, Register.R11, 0x60));
    }

    @Test
    void instructionsOf256BitsAreThoseOfTheGnuAssemblerInThreeBytes() {
        // vpmaddubsw ymm13, ymm10, ymm12
        checkVex("c4422d04ec", a -> a.pairsOfBytes(13, 10, 12));
        // vpmaddwd ymm7, ymm13, ymm14
        checkVex("c4c115f5fe", a -> a.pairsOfShorts(7, 13, 14));
        // vpaddw ymm3, ymm3, ymm13
        checkVex("c4c165fddd", a -> a.addShorts(3, 3, 13));
        // vpaddd ymm3, ymm3, ymm13
        checkVex("c4c165fedd", a -> a.addInts(3, 3, 13));
        // vpsignb ymm13, ymm12, ymm9
        checkVex("c4421d08e9", a -> a.signBytes(13, 12, 9));
        // vpabsb ymm11, ymm9
        checkVex("c4427d1cd9", a -> a.absoluteBytes(11, 9));
        // vpcmpeqw ymm12, ymm12, ymm12
        checkVex("c4411d75e4", a -> a.equalShorts(12, 12, 12));
        // vpsrlw ymm12, ymm12, 15
        checkVex("c4c11d71d40f", a -> a.shiftShortsRight(12, 12, 15));
        // vpslld ymm10, ymm10, 4
        checkVex("c4c12d72f204", a -> a.shiftLeft(10, 10, 4));
        // vpandn ymm13, ymm13, ymm15
        checkVex("c44115dfef", a -> a.andNot(13, 13, 15));
        // vpor ymm8, ymm8, ymm13
        checkVex("c4413debc5", a -> a.or(8, 8, 13));
        // vmulps ymm13, ymm9, ymm12
        checkVex("c4413459ec", a -> a.multiply(13, 9, 12));
        // vpbroadcastd ymm12, dword ptr [rsi+8]
        checkVex("c4627d58a608000000", a -> a.broadcast(12, Register.RSI, 8));
        // vmovdqu ymmword ptr [r9+32], ymm13
        checkVex("c4417e7fa920000000", a -> a.store(13, Register.R9, 32));
        // vpmovsxbd ymm13, qword ptr [r11+0x30]
        checkVex("c4427d21ab30000000", a -> a.bytesToInts(13, Register.R11, 0x30));
        // vcvtph2ps ymm9, xmmword ptr [rcx+0x30]
        checkVex("c4627d138930000000", a -> a.halvesToFloats(9, Register.RCX, 0x30));
        // vmovd xmm14, eax; vpbroadcastd ymm14, xmm14
        checkVex("c461796ef0c4427d58f6", a -> a.broadcast(14, Register.RAX));
    }

    @Test
    void whatTheShorterEncodingHasNotIsRefused() {
        Assembler assembler = new Assembler(Encoding.VEX);
        assertThatThrownBy(() -> assembler.load(16, Register.RSI, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> assembler.multiply(0, 1, Register.RSI, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAddressFromTheStackPointerIsRefused() {
        assertThatThrownBy(() -> new Assembler(Encoding.EVEX).load(0, Register.RSP, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void check(String expected, Consumer<Assembler> instruction) {
        check(Encoding.EVEX, expected, instruction);
    }

    private static void checkVex(String expected, Consumer<Assembler> instruction) {
        check(Encoding.VEX, expected, instruction);
    }

    private static void check(Encoding encoding, String expected, Consumer<Assembler> instruction) {
        Assembler assembler = new Assembler(encoding);
        instruction.accept(assembler);
        assertThat(HexFormat.of().formatHex(assembler.bytes())).isEqualTo(expected);
    }
}
