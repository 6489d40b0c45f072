package dev.stoa.engine.kernel.x86;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Memory whose bytes the processor may run: written first, then made executable and never writable again. It stays as long
 * as the process does. Linux only.
 */
final class MachineCode {
    private static final int PAGE = 4096;
    /** Programs begin at a cache line. */
    private static final int BOUNDARY = 64;

    private static final int READ_WRITE = 1 | 2;
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE_ANONYMOUS = 2 | 32;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private MachineCode() {}

    /**
     * Makes programs runnable.
     *
     * @return where each begins
     * @throws UnsupportedOperationException if the system doesn't allow it
     */
    static MemorySegment[] place(byte[]... programs) {
        int[] begins = new int[programs.length];
        int size = 0;
        for (int i = 0; i < programs.length; i++) {
            begins[i] = size;
            size += (programs[i].length + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
        }
        byte[] all = new byte[size];
        for (int i = 0; i < programs.length; i++) {
            System.arraycopy(programs[i], 0, all, begins[i], programs[i].length);
        }
        MemorySegment code = placeAll(all);
        return Arrays.stream(begins).mapToObj(code::asSlice).toArray(MemorySegment[]::new);
    }

    /**
     * Makes {@code code} runnable.
     *
     * @return where it begins
     * @throws UnsupportedOperationException if the system doesn't allow it
     */
    private static MemorySegment placeAll(byte[] code) {
        long size = (code.length + PAGE - 1) / PAGE * (long) PAGE;
        Linker linker = Linker.nativeLinker();
        try {
            MethodHandle map = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("mmap"),
                    FunctionDescriptor.of(
                            POINTER,
                            POINTER,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG));
            MethodHandle protect = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("mprotect"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, POINTER, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
            MemorySegment memory =
                    (MemorySegment) map.invokeExact(MemorySegment.NULL, size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (memory.address() == -1) {
                throw new UnsupportedOperationException("the system gives no memory for code");
            }
            memory = memory.reinterpret(size, Arena.global(), null);
            MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
            if ((int) protect.invokeExact(memory, size, READ_EXECUTE) != 0) {
                throw new UnsupportedOperationException("the system doesn't allow code that was written at run time");
            }
            return memory;
        } catch (UnsupportedOperationException e) {
            throw e;
        } catch (Throwable t) {
            throw new UnsupportedOperationException("the system's memory functions can't be called", t);
        }
    }
}
