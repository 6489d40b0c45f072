/**
 * Machine code of our own for x86-64: what one instruction of the machine does and the Vector API can't say.
 *
 * <p>The Vector API has no dot product of bytes. {@code vpdpbusd} (AVX-512 VNNI) multiplies 64 bytes with 64 bytes and adds
 * four neighbouring products to each of 16 sums; from the Vector API the same takes eight instructions. {@code vpmaddubsw}
 * (AVX2) multiplies 32 bytes with 32 and adds two neighbouring products to each of 16 sums, where the Vector API multiplies
 * 16 numbers. {@link dev.stoa.engine.kernel.x86.Assembler} writes the few instructions that a product needs, a program
 * such as {@link dev.stoa.engine.kernel.x86.Avx2DotProgram} the product with them, {@link
 * dev.stoa.engine.kernel.x86.MachineCode} makes them a function that Java can call. Nothing but the JDK is needed, and where anything is missing (another system or processor, a
 * system that forbids new code) the kernels of the Vector API compute the same bits.
 *
 * <p>Instruction formats: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, sections 2.1 (REX),
 * 2.3 (VEX) and 2.7 (EVEX).
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.kernel.x86;
