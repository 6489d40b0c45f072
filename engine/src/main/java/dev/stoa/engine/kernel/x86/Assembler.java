package dev.stoa.engine.kernel.x86;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes the x86-64 instructions that our kernels use, in order. Vector registers are all of one size; an address is a
 * register and a distance in bytes. Not thread-safe.
 */
final class Assembler {
    /** How vector instructions are encoded, which decides the size and number of registers. */
    enum Encoding {
        /** 16 registers of 256 bits. No operand can be one word of memory for all lanes, and a shift takes none from memory. */
        VEX,
        /** 32 registers of 512 bits. */
        EVEX
    }

    /** General registers; those of 64 bits that a function of the System V ABI may overwrite. */
    enum Register {
        RAX(0),
        RCX(1),
        RDX(2),
        RSP(4),
        RSI(6),
        RDI(7),
        R8(8),
        R9(9),
        R10(10),
        R11(11);

        private final int number;

        Register(int number) {
            this.number = number;
        }
    }

    /** The opcode maps of EVEX's {@code mmm}, and the prefixes of its {@code pp}. */
    private static final int MAP_0F = 1;

    private static final int MAP_0F38 = 2;
    private static final int MAP_0F3A = 3;
    private static final int NO_PREFIX = 0;
    private static final int PREFIX_66 = 1;
    private static final int PREFIX_F3 = 2;

    private static final int NO_SOURCE = 0;

    private final Encoding encoding;
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    Assembler(Encoding encoding) {
        this.encoding = encoding;
    }

    Encoding encoding() {
        return encoding;
    }

    /** The instructions so far. */
    byte[] bytes() {
        return code.toByteArray();
    }

    /** Where the next instruction begins, for {@link #jumpIfNotZero}. */
    int here() {
        return code.size();
    }

    void load(int to, Register base, int distance) {
        memory(PREFIX_F3, MAP_0F, 0x6f, to, NO_SOURCE, base, distance, false);
    }

    void store(int from, Register base, int distance) {
        memory(PREFIX_F3, MAP_0F, 0x7f, from, NO_SOURCE, base, distance, false);
    }

    /** Fills a register with a 32-bit word from memory. */
    void broadcast(int to, Register base, int distance) {
        memory(PREFIX_66, MAP_0F38, 0x58, to, NO_SOURCE, base, distance, false);
    }

    /** Fills a register with the low 32 bits of a general one. */
    void broadcast(int to, Register from) {
        if (encoding == Encoding.EVEX) {
            registers(PREFIX_66, MAP_0F38, 0x7c, to, NO_SOURCE, from.number);
            return;
        }
        // Into the lowest lane first, by an instruction of 128 bits.
        vex(PREFIX_66, MAP_0F, to, NO_SOURCE, from.number >= 8, 0);
        code.write(0x6e);
        code.write(0xc0 | (to & 7) << 3 | from.number & 7);
        registers(PREFIX_66, MAP_0F38, 0x58, to, NO_SOURCE, to);
    }

    /** {@code to = } a register's words from memory {@code & a}. */
    void and(int to, int a, Register base, int distance) {
        memory(PREFIX_66, MAP_0F, 0xdb, to, a, base, distance, false);
    }

    void and(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xdb, to, a, b);
    }

    void xor(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xef, to, a, b);
    }

    /** {@code to = ~a & b}. */
    void andNot(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xdf, to, a, b);
    }

    void or(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xeb, to, a, b);
    }

    /** {@code to |= a & mask}, by the truth table of {@code vpternlogd}; EVEX only. */
    void orAnd(int to, int a, int mask) {
        registers(PREFIX_66, MAP_0F3A, 0x25, to, a, mask);
        code.write(0xf8);
    }

    /** {@code to |= ~a & mask}; EVEX only. */
    void orAndNot(int to, int a, int mask) {
        registers(PREFIX_66, MAP_0F3A, 0x25, to, a, mask);
        code.write(0xf2);
    }

    /** Shifts each 32-bit lane to the right, zeros from the left. */
    void shiftRight(int to, int from, int bits) {
        registers(PREFIX_66, MAP_0F, 0x72, 2, to, from);
        code.write(bits);
    }

    /** Shifts words from memory; EVEX only. */
    void shiftRight(int to, Register base, int distance, int bits) {
        memory(PREFIX_66, MAP_0F, 0x72, 2, to, base, distance, false);
        code.write(bits);
    }

    /** Shifts words from memory; EVEX only. */
    void shiftLeft(int to, Register base, int distance, int bits) {
        memory(PREFIX_66, MAP_0F, 0x72, 6, to, base, distance, false);
        code.write(bits);
    }

    void shiftLeft(int to, int from, int bits) {
        registers(PREFIX_66, MAP_0F, 0x72, 6, to, from);
        code.write(bits);
    }

    /** Shifts each 16-bit lane to the right, zeros from the left. */
    void shiftShortsRight(int to, int from, int bits) {
        registers(PREFIX_66, MAP_0F, 0x71, 2, to, from);
        code.write(bits);
    }

    /** All ones where 16-bit lanes are equal; VEX only. */
    void equalShorts(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0x75, to, a, b);
    }

    /** {@code to = Σ unsigned · signed} over the two bytes of each 16-bit lane, cut to 16 bits. */
    void pairsOfBytes(int to, int unsigned, int signed) {
        registers(PREFIX_66, MAP_0F38, 0x04, to, unsigned, signed);
    }

    /** {@code to = Σ a · b} over the two 16-bit lanes of each 32-bit lane. */
    void pairsOfShorts(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xf5, to, a, b);
    }

    void addShorts(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xfd, to, a, b);
    }

    void addInts(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F, 0xfe, to, a, b);
    }

    /** {@code to = a} with the sign of {@code b}'s byte multiplied in, 0 where that is 0; VEX only. */
    void signBytes(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F38, 0x08, to, a, b);
    }

    void absoluteBytes(int to, int from) {
        registers(PREFIX_66, MAP_0F38, 0x1c, to, NO_SOURCE, from);
    }

    /** {@code to += Σ unsigned · signed} over the four bytes of each 32-bit lane; all have the same signed ones. EVEX only. */
    void dotBytes(int to, int unsigned, Register base, int distance) {
        memory(PREFIX_66, MAP_0F38, 0x50, to, unsigned, base, distance, true);
    }

    /** Halves from memory, as many as there are 32-bit lanes, as floats. */
    void halvesToFloats(int to, Register base, int distance) {
        memory(PREFIX_66, MAP_0F38, 0x13, to, NO_SOURCE, base, distance, false);
    }

    /** Signed bytes from memory, as many as there are 32-bit lanes, as words. */
    void bytesToInts(int to, Register base, int distance) {
        memory(PREFIX_66, MAP_0F38, 0x21, to, NO_SOURCE, base, distance, false);
    }

    void toFloats(int to, int from) {
        registers(NO_PREFIX, MAP_0F, 0x5b, to, NO_SOURCE, from);
    }

    void multiply(int to, int a, int b) {
        registers(NO_PREFIX, MAP_0F, 0x59, to, a, b);
    }

    /** {@code to = a · } a float from memory; EVEX only. */
    void multiply(int to, int a, Register base, int distance) {
        memory(NO_PREFIX, MAP_0F, 0x59, to, a, base, distance, true);
    }

    /** {@code to = fma(a, b, to)}. */
    void multiplyAdd(int to, int a, int b) {
        registers(PREFIX_66, MAP_0F38, 0xb8, to, a, b);
    }

    /** {@code to = fma(a, } a float from memory{@code , to)}; EVEX only. */
    void multiplyAdd(int to, int a, Register base, int distance) {
        memory(PREFIX_66, MAP_0F38, 0xb8, to, a, base, distance, true);
    }

    /** Sets the low 32 bits, and clears the upper ones. */
    void set(Register to, int value) {
        if (to.number >= 8) {
            code.write(0x41);
        }
        code.write(0xb8 | to.number & 7);
        word(value);
    }

    void add(Register to, int value) {
        code.write(0x48 | to.number >> 3);
        code.write(0x81);
        code.write(0xc0 | to.number & 7);
        word(value);
    }

    /** {@code to = from · factor}, 64 bits. */
    void multiply(Register to, Register from, int factor) {
        code.write(0x48 | to.number >> 3 << 2 | from.number >> 3);
        code.write(0x69);
        code.write(0xc0 | (to.number & 7) << 3 | from.number & 7);
        word(factor);
    }

    /** {@code to =} an argument of 64 bits on the stack, as a function finds them: the seventh is number 0. */
    void loadArgument(Register to, int number) {
        stack(0x8b, to, number);
    }

    /** {@code to +=} an argument on the stack. */
    void addArgument(Register to, int number) {
        stack(0x03, to, number);
    }

    /** The address to return to lies below the arguments. */
    private void stack(int opcode, Register to, int number) {
        code.write(0x48 | to.number >> 3 << 2);
        code.write(opcode);
        code.write(0x80 | (to.number & 7) << 3 | Register.RSP.number);
        code.write(0x24);
        word((1 + number) * Long.BYTES);
    }

    void copy(Register to, Register from) {
        code.write(0x48 | from.number >> 3 << 2 | to.number >> 3);
        code.write(0x89);
        code.write(0xc0 | (from.number & 7) << 3 | to.number & 7);
    }

    /**
     * Asks for a cache line that will be wanted, into the second cache: that one waits for more lines at once than the
     * first. An address that isn't there does nothing.
     */
    void prefetch(Register base, int distance) {
        if (base.number >= 8) {
            code.write(0x41);
        }
        code.write(0x0f);
        code.write(0x18);
        code.write(0x80 | 2 << 3 | base.number & 7);
        word(distance);
    }

    void add(Register to, Register value) {
        code.write(0x48 | value.number >> 3 << 2 | to.number >> 3);
        code.write(0x01);
        code.write(0xc0 | (value.number & 7) << 3 | to.number & 7);
    }

    /** Jumps to an earlier instruction unless the last addition gave zero. */
    void jumpIfNotZero(int target) {
        code.write(0x0f);
        code.write(0x85);
        word(target - (here() + Integer.BYTES));
    }

    /** Returns; without clearing the upper halves first, older code that follows would run slowly. */
    void end() {
        code.writeBytes(new byte[] {(byte) 0xc5, (byte) 0xf8, 0x77});
        code.write(0xc3);
    }

    /** An instruction with a second source {@code v} and a third in a register. */
    private void registers(int prefix, int map, int opcode, int reg, int v, int rm) {
        if (encoding == Encoding.VEX) {
            vex(prefix, map, reg, v, (rm >> 3 & 1) != 0, 1);
        } else {
            evex(prefix, map, reg, v, (rm >> 4 & 1) != 0, (rm >> 3 & 1) != 0, false);
        }
        code.write(opcode);
        code.write(0xc0 | (reg & 7) << 3 | rm & 7);
    }

    /** The same with a third source in memory; {@code spread}: one word of it for all lanes. */
    private void memory(int prefix, int map, int opcode, int reg, int v, Register base, int distance, boolean spread) {
        if ((base.number & 7) == Register.RSP.number) {
            throw new IllegalArgumentException("an address from " + base + " has another form");
        }
        if (encoding == Encoding.VEX) {
            if (spread) {
                throw new IllegalArgumentException("VEX spreads no word of memory");
            }
            vex(prefix, map, reg, v, base.number >= 8, 1);
        } else {
            evex(prefix, map, reg, v, false, base.number >= 8, spread);
        }
        code.write(opcode);
        // A distance of 32 bits is not scaled by the operand's size, as EVEX's of 8 bits would be.
        code.write(0x80 | (reg & 7) << 3 | base.number & 7);
        word(distance);
    }

    /** The three bytes in front of the opcode; {@code length}: 0 for 128 bits, 1 for 256. */
    private void vex(int prefix, int map, int reg, int v, boolean b, int length) {
        if (reg > 15 || v > 15) {
            throw new IllegalArgumentException("VEX has 16 registers");
        }
        code.write(0xc4);
        code.write((~reg >> 3 & 1) << 7 | 1 << 6 | (b ? 0 : 1) << 5 | map);
        code.write((~v & 15) << 3 | length << 2 | prefix);
    }

    /** The four bytes in front of the opcode; bits of register numbers are inverted in it. */
    private void evex(int prefix, int map, int reg, int v, boolean x, boolean b, boolean spread) {
        code.write(0x62);
        code.write((~reg >> 3 & 1) << 7 | (x ? 0 : 1) << 6 | (b ? 0 : 1) << 5 | (~reg >> 4 & 1) << 4 | map);
        code.write((~v & 15) << 3 | 1 << 2 | prefix);
        code.write(0b10 << 5 | (spread ? 1 : 0) << 4 | (~v >> 4 & 1) << 3);
    }

    private void word(int value) {
        code.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }
}
