package dev.stoa.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes GGUF files for tests, valid or not: every number goes into the file as it was given. Tensors' data are zeros
 * unless bytes are given.
 */
public final class GgufWriter {
    public static final int U8 = 0;
    public static final int I8 = 1;
    public static final int U16 = 2;
    public static final int I16 = 3;
    public static final int U32 = 4;
    public static final int I32 = 5;
    public static final int F32 = 6;
    public static final int BOOL = 7;
    public static final int STRING = 8;
    public static final int ARRAY = 9;
    public static final int U64 = 10;
    public static final int I64 = 11;
    public static final int F64 = 12;

    private final Bytes metadata = new Bytes();
    private final Bytes tensors = new Bytes();
    private final Bytes data = new Bytes();
    private String magic = "GGUF";
    private int version = 3;
    private int alignment = 32;
    private long metadataCount;
    private long tensorCount;

    public GgufWriter magic(String fourBytes) {
        magic = fourBytes;
        return this;
    }

    public GgufWriter version(int number) {
        version = number;
        return this;
    }

    public GgufWriter metadataCount(long count) {
        metadataCount = count;
        return this;
    }

    public GgufWriter tensorCount(long count) {
        tensorCount = count;
        return this;
    }

    /** Where the data part and each tensor begin; writes the key too. */
    public GgufWriter alignment(int bytes) {
        alignment = bytes;
        return number("general.alignment", U32, bytes);
    }

    public GgufWriter string(String key, String value) {
        key(key, STRING).string(value);
        return this;
    }

    public GgufWriter bool(String key, boolean value) {
        return number(key, BOOL, value ? 1 : 0);
    }

    /** A whole number (or truth value) of the given type. */
    public GgufWriter number(String key, int type, long value) {
        key(key, type).number(type, value);
        return this;
    }

    public GgufWriter f32(String key, float value) {
        return number(key, F32, Float.floatToRawIntBits(value));
    }

    public GgufWriter f64(String key, double value) {
        return number(key, F64, Double.doubleToRawLongBits(value));
    }

    public GgufWriter strings(String key, String... values) {
        Bytes out = key(key, ARRAY).u32(STRING).u64(values.length);
        for (String value : values) {
            out.string(value);
        }
        return this;
    }

    /** A list of whole numbers (or truth values, or the bits of floats) of the given type. */
    public GgufWriter numbers(String key, int type, long... values) {
        Bytes out = key(key, ARRAY).u32(type).u64(values.length);
        for (long value : values) {
            out.number(type, value);
        }
        return this;
    }

    public GgufWriter floats(String key, float... values) {
        long[] bits = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return numbers(key, F32, bits);
    }

    /** A value whose bytes are given as they are. */
    public GgufWriter raw(String key, int type, byte... value) {
        key(key, type).bytes(value);
        return this;
    }

    /** A tensor of zeros behind those before it. */
    public GgufWriter tensor(String name, TensorType type, long... shape) {
        long elements = 1;
        for (long length : shape) {
            elements *= length;
        }
        return tensor(name, type, new byte[(int) type.bytes(elements)], shape);
    }

    /** A tensor with its data, behind those before it. */
    public GgufWriter tensor(String name, TensorType type, byte[] bytes, long... shape) {
        data.pad(alignment);
        entry(name, type.id(), data.size(), shape);
        data.bytes(bytes);
        return this;
    }

    /** Only a tensor's entry in the list; no data. */
    public GgufWriter entry(String name, int typeId, long offset, long... shape) {
        tensors.string(name).u32(shape.length);
        for (long length : shape) {
            tensors.u64(length);
        }
        tensors.u32(typeId).u64(offset);
        tensorCount++;
        return this;
    }

    public byte[] bytes() {
        Bytes out = new Bytes();
        out.bytes(magic.getBytes(StandardCharsets.ISO_8859_1))
                .u32(version)
                .u64(tensorCount)
                .u64(metadataCount);
        out.bytes(metadata.toByteArray()).bytes(tensors.toByteArray()).pad(alignment);
        return out.bytes(data.toByteArray()).toByteArray();
    }

    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Bytes key(String key, int type) {
        metadataCount++;
        return metadata.string(key).u32(type);
    }

    /** Little-endian output. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        int size() {
            return out.size();
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        Bytes bytes(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Bytes u32(int value) {
            return little(value, 4);
        }

        Bytes u64(long value) {
            return little(value, 8);
        }

        Bytes string(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return u64(bytes.length).bytes(bytes);
        }

        Bytes number(int type, long value) {
            return little(
                    value,
                    switch (type) {
                        case U8, I8, BOOL -> 1;
                        case U16, I16 -> 2;
                        case U64, I64, F64 -> 8;
                        default -> 4;
                    });
        }

        void pad(int alignment) {
            while (alignment > 0 && size() % alignment != 0) {
                out.write(0);
            }
        }

        private Bytes little(long value, int count) {
            ByteBuffer buffer =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
            out.write(buffer.array(), 0, count);
            return this;
        }
    }
}
