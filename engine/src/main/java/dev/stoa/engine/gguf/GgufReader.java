package dev.stoa.engine.gguf;

import dev.stoa.engine.ModelLoadException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses and checks the header of one mapped file. Used once, by one thread. */
final class GgufReader {
    static final String ALIGNMENT_KEY = "general.alignment";
    private static final int ALIGNMENT_DEFAULT = 32;
    private static final int MAGIC = 0x46554747; // "GGUF", little-endian
    /** Smallest entry: length of a one-byte key, the key, value type, a one-byte value. */
    private static final int METADATA_ENTRY_BYTES_MIN = 8 + 1 + 4 + 1;
    /** Smallest entry: length of a one-byte name, the name, number of dimensions, type, offset. */
    private static final int TENSOR_ENTRY_BYTES_MIN = 8 + 1 + 4 + 4 + 8;

    private static final int U8 = 0;
    private static final int I8 = 1;
    private static final int U16 = 2;
    private static final int I16 = 3;
    private static final int U32 = 4;
    private static final int I32 = 5;
    private static final int F32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int U64 = 10;
    private static final int I64 = 11;
    private static final int F64 = 12;

    private final String file;
    private final MemorySegment bytes;
    private final GgufCursor cursor;

    GgufReader(String file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
        this.cursor = new GgufCursor(file, bytes);
    }

    /** What the header says. */
    record Header(int version, GgufMetadata metadata, Map<String, TensorInfo> tensors, long dataStart) {}

    Header read() {
        checkMagic();
        int version = version();
        int tensorCount = cursor.count("tensor count", TENSOR_ENTRY_BYTES_MIN, GgufLimits.TENSORS_MAX);
        int metadataCount = cursor.count("metadata count", METADATA_ENTRY_BYTES_MIN, GgufLimits.METADATA_MAX);
        GgufMetadata metadata = metadata(metadataCount);
        int alignment = alignment(metadata);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (int i = 0; i < tensorCount; i++) {
            TensorInfo tensor = tensor(i, alignment);
            if (tensors.put(tensor.name(), tensor) != null) {
                throw error("tensor '" + tensor.name() + "' appears twice");
            }
        }
        long dataStart = (cursor.position() + alignment - 1) & -(long) alignment;
        checkPlaces(tensors, dataStart);
        return new Header(version, metadata, tensors, dataStart);
    }

    private void checkMagic() {
        int magic = cursor.u32("the magic number");
        if (magic != MAGIC) {
            byte[] start = {(byte) magic, (byte) (magic >> 8), (byte) (magic >> 16), (byte) (magic >> 24)};
            throw cursor.error("not a GGUF file: begins with the bytes " + hex(start) + " instead of \"GGUF\"", 0);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    private int version() {
        int version = cursor.u32("the version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped >= 1 && swapped <= 0xffff) {
            throw cursor.error("a big-endian GGUF file (version " + swapped + "); only little-endian is supported", 4);
        }
        throw cursor.error(
                "GGUF version " + Integer.toUnsignedString(version) + " is not supported; supported: 2, 3", 4);
    }

    private GgufMetadata metadata(int count) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            long at = cursor.position();
            String key = cursor.name("key of metadata entry " + i, GgufLimits.KEY_BYTES_MAX);
            String what = "metadata '" + key + "'";
            Object value = value(what, cursor.u32("type of " + what), 0);
            if (values.put(key, value) != null) {
                throw cursor.error(what + " appears twice", at);
            }
        }
        return new GgufMetadata(file, values);
    }

    private Object value(String what, int type, int depth) {
        return switch (type) {
            case U8, I8, U16, I16, U32, I32, I64 -> whole(what, type);
            case U64 -> {
                long value = cursor.u64(what);
                yield value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
            }
            case F32 -> Float.intBitsToFloat(cursor.u32(what));
            case F64 -> Double.longBitsToDouble(cursor.u64(what));
            case BOOL -> bool(what);
            case STRING -> cursor.text(what, GgufLimits.STRING_BYTES_MAX);
            case ARRAY -> array(what, depth + 1);
            default -> throw unknownType(what, type);
        };
    }

    private long whole(String what, int type) {
        return switch (type) {
            case U8 -> cursor.u8(what) & 0xff;
            case I8 -> cursor.u8(what);
            case U16 -> cursor.u16(what) & 0xffff;
            case I16 -> cursor.u16(what);
            case U32 -> cursor.u32(what) & 0xffff_ffffL;
            case I32 -> cursor.u32(what);
            case I64, U64 -> cursor.u64(what);
            default -> throw new IllegalArgumentException("not a whole number's type: " + type);
        };
    }

    private boolean bool(String what) {
        long at = cursor.position();
        byte value = cursor.u8(what);
        if (value != 0 && value != 1) {
            throw cursor.error(what + " is a truth value but holds " + (value & 0xff), at);
        }
        return value == 1;
    }

    private Object array(String what, int depth) {
        if (depth > GgufLimits.ARRAY_DEPTH_MAX) {
            throw cursor.error(what + " nests arrays deeper than " + GgufLimits.ARRAY_DEPTH_MAX, cursor.position());
        }
        int type = cursor.u32("element type of " + what);
        int elementBytes = elementBytes(what, type);
        int count = cursor.count("number of elements of " + what, elementBytes, GgufLimits.ARRAY_ELEMENTS_MAX);
        String element = "an element of " + what;
        return switch (type) {
            case U8, I8, U16, I16, U32, I32 -> wholes(element, type, count);
            case U64, I64 -> longs(element, type, count);
            case F32 -> floats(element, count);
            case F64 -> doubles(element, count);
            case BOOL -> bools(element, count);
            case STRING -> strings(element, count);
            default -> arrays(element, count, depth);
        };
    }

    /** The least number of bytes of an element, so that a count can be held against the rest of the file. */
    private int elementBytes(String what, int type) {
        return switch (type) {
            case U8, I8, BOOL -> 1;
            case U16, I16 -> 2;
            case U32, I32, F32 -> 4;
            case U64, I64, F64, STRING -> 8;
            case ARRAY -> 4 + 8;
            default -> throw unknownType(what, type);
        };
    }

    private Object wholes(String what, int type, int count) {
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            long value = whole(what, type);
            if (value > Integer.MAX_VALUE) {
                return widened(what, values, i, value);
            }
            values[i] = (int) value;
        }
        return values;
    }

    /** Goes on in a long[] from the first u32 that an int can't hold. */
    private long[] widened(String what, int[] values, int read, long next) {
        long[] wide = new long[values.length];
        for (int i = 0; i < read; i++) {
            wide[i] = values[i];
        }
        wide[read] = next;
        for (int i = read + 1; i < wide.length; i++) {
            wide[i] = whole(what, U32);
        }
        return wide;
    }

    private long[] longs(String what, int type, int count) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            long at = cursor.position();
            values[i] = cursor.u64(what);
            if (type == U64 && values[i] < 0) {
                throw cursor.error(what + " is larger than a 63-bit number", at);
            }
        }
        return values;
    }

    private float[] floats(String what, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(cursor.u32(what));
        }
        return values;
    }

    private double[] doubles(String what, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(cursor.u64(what));
        }
        return values;
    }

    private boolean[] bools(String what, int count) {
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
            values[i] = bool(what);
        }
        return values;
    }

    private String[] strings(String what, int count) {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = cursor.text(what, GgufLimits.STRING_BYTES_MAX);
        }
        return values;
    }

    private List<Object> arrays(String what, int count, int depth) {
        // Grows with what was really read: an empty inner array costs the file 12 bytes, a slot here less.
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(array(what, depth + 1));
        }
        return List.copyOf(values);
    }

    private ModelLoadException unknownType(String what, int type) {
        return cursor.error(what + " has unknown value type " + Integer.toUnsignedString(type), cursor.position() - 4);
    }

    private int alignment(GgufMetadata metadata) {
        int alignment = metadata.integer(ALIGNMENT_KEY, ALIGNMENT_DEFAULT);
        if (alignment < 1 || alignment > GgufLimits.ALIGNMENT_MAX || Integer.bitCount(alignment) != 1) {
            throw error(ALIGNMENT_KEY + " is " + alignment + ", not a power of two up to " + GgufLimits.ALIGNMENT_MAX);
        }
        return alignment;
    }

    private TensorInfo tensor(int index, int alignment) {
        String name = cursor.name("name of tensor " + index, GgufLimits.TENSOR_NAME_BYTES_MAX);
        String what = "tensor '" + name + "'";
        long at = cursor.position();
        int dimensions = cursor.u32("number of dimensions of " + what);
        if (dimensions < 0 || dimensions > GgufLimits.DIMENSIONS_MAX) {
            throw cursor.error(
                    what + " has " + Integer.toUnsignedString(dimensions) + " dimensions, more than "
                            + GgufLimits.DIMENSIONS_MAX,
                    at);
        }
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = cursor.u64("shape of " + what);
        }
        int typeId = cursor.u32("type of " + what);
        TensorType type = TensorType.find(typeId)
                .orElseThrow(() -> cursor.error(what + ": " + TensorType.unsupported(typeId), cursor.position() - 4));
        long offset = cursor.u64("offset of " + what);
        if (offset < 0 || offset % alignment != 0) {
            throw cursor.error(
                    what + " begins at " + Long.toUnsignedString(offset) + ", not a multiple of " + alignment,
                    cursor.position() - 8);
        }
        return new TensorInfo(name, type, shape, offset, tensorBytes(what, type, shape, at));
    }

    private long tensorBytes(String what, TensorType type, long[] shape, long at) {
        long elements = 1;
        try {
            for (long length : shape) {
                if (length < 1) {
                    throw cursor.error(what + " has a dimension of " + Long.toUnsignedString(length), at);
                }
                elements = Math.multiplyExact(elements, length);
            }
            long row = shape.length == 0 ? 1 : shape[0];
            if (row % type.blockSize() != 0) {
                throw cursor.error(
                        what + " has rows of " + row + ", not a multiple of " + type + "'s block of "
                                + type.blockSize(),
                        at);
            }
            return type.bytes(elements);
        } catch (ArithmeticException e) {
            ModelLoadException error = cursor.error(what + " is too large: " + Arrays.toString(shape), at);
            error.initCause(e);
            throw error;
        }
    }

    /** Every tensor lies inside the file, and no two share a byte. */
    private void checkPlaces(Map<String, TensorInfo> tensors, long dataStart) {
        long dataBytes = Math.max(0, bytes.byteSize() - dataStart);
        List<TensorInfo> byOffset = new ArrayList<>(tensors.values());
        byOffset.sort(Comparator.comparingLong(TensorInfo::offset));
        long free = 0;
        String before = "";
        for (TensorInfo tensor : byOffset) {
            String what = "tensor '" + tensor.name() + "'";
            if (tensor.bytes() > dataBytes || tensor.offset() > dataBytes - tensor.bytes()) {
                throw error("truncated: " + what + " needs " + tensor.bytes() + " bytes at " + tensor.offset()
                        + " of the data part, which has " + dataBytes);
            }
            if (tensor.offset() < free) {
                throw error(what + " overlaps tensor '" + before + "'");
            }
            free = tensor.offset() + tensor.bytes();
            before = tensor.name();
        }
    }

    private ModelLoadException error(String message) {
        return new ModelLoadException(file + ": " + message);
    }
}
