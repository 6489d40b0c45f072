package dev.stoa.engine.gguf;

import dev.stoa.engine.ModelLoadException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the header front to back. Nothing is read, and no memory is asked for, beyond what is left of the file. One
 * thread; belongs to one {@link GgufReader}.
 */
final class GgufCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String file;
    private final MemorySegment bytes;
    private final long end;
    private long position;

    GgufCursor(String file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
        this.end = Math.min(bytes.byteSize(), GgufLimits.HEADER_BYTES_MAX);
    }

    long position() {
        return position;
    }

    byte u8(String what) {
        return bytes.get(ValueLayout.JAVA_BYTE, advance(1, what));
    }

    short u16(String what) {
        return bytes.get(SHORT, advance(2, what));
    }

    int u32(String what) {
        return bytes.get(INT, advance(4, what));
    }

    long u64(String what) {
        return bytes.get(LONG, advance(8, what));
    }

    /** A u64 that counts things of at least {@code bytesEach} bytes, of which there may be {@code max}. */
    int count(String what, long bytesEach, int max) {
        long at = position;
        long count = u64(what);
        if (Long.compareUnsigned(count, max) > 0) {
            throw error(what + " is " + Long.toUnsignedString(count) + ", more than " + max, at);
        }
        if (count * bytesEach > end - position) {
            throw error(
                    "truncated: " + what + " is " + count + ", but only " + (end - position) + " bytes are left", at);
        }
        return (int) count;
    }

    /** Text as it is; bytes that aren't UTF-8 become U+FFFD, as some licences in the wild hold them. */
    String text(String what, int bytesMax) {
        return new String(raw(what, bytesMax), StandardCharsets.UTF_8);
    }

    /** Text that names something, so it must be proper UTF-8 and not empty. */
    String name(String what, int bytesMax) {
        long at = position;
        byte[] raw = raw(what, bytesMax);
        if (raw.length == 0) {
            throw error(what + " is empty", at);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            ModelLoadException error = error(what + " is not valid UTF-8", at);
            error.initCause(e);
            throw error;
        }
    }

    private byte[] raw(String what, int bytesMax) {
        int length = count("length of " + what, 1, bytesMax);
        byte[] raw = new byte[length];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, advance(length, what), raw, 0, length);
        return raw;
    }

    private long advance(long count, String what) {
        long at = position;
        if (count > end - at) {
            if (end < bytes.byteSize()) {
                throw error("the header is longer than " + end + " bytes", at);
            }
            throw error("truncated: the file ends inside " + what, at);
        }
        position = at + count;
        return at;
    }

    ModelLoadException error(String message, long at) {
        return new ModelLoadException(file + ": " + message + " (at byte " + at + ")");
    }
}
