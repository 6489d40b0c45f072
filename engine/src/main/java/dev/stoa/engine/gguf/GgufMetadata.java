package dev.stoa.engine.gguf;

import dev.stoa.engine.ModelLoadException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file's metadata, in the file's order. Read-only and thread-safe; arrays are handed out without copying (some hold
 * hundreds of thousands of elements), so callers must not write to them.
 *
 * <p>How values are held: whole numbers as {@link Long} ({@link BigInteger} for a u64 above 2^63 - 1), f32 as
 * {@link Float}, f64 as {@link Double}, bool as {@link Boolean}, text as {@link String}; arrays of up to 32-bit whole
 * numbers as {@code int[]} (u32 as {@code long[]} if one is above 2^31 - 1), of 64-bit ones as {@code long[]}, then
 * {@code float[]}, {@code double[]}, {@code boolean[]}, {@code String[]}, and arrays of arrays as {@link List}.
 *
 * <p>A getter without a default throws {@link ModelLoadException} if the key is missing; every getter does if the value
 * is of another kind.
 */
public final class GgufMetadata {
    private final String file;
    private final Map<String, Object> values;

    GgufMetadata(String file, Map<String, Object> values) {
        this.file = file;
        this.values = Collections.unmodifiableMap(values);
    }

    /** Every key and value, in the file's order. */
    public Map<String, Object> asMap() {
        return values;
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public String string(String key) {
        return required(key, find(key, String.class, "a text"));
    }

    public String string(String key, String otherwise) {
        return or(find(key, String.class, "a text"), otherwise);
    }

    /** A whole number that fits an int. */
    public int integer(String key) {
        return narrow(key, required(key, find(key, Long.class, "a whole number")));
    }

    /** A whole number that fits an int. */
    public int integer(String key, int otherwise) {
        Long value = find(key, Long.class, "a whole number");
        return value == null ? otherwise : narrow(key, value);
    }

    /** A whole number of up to 63 bits. */
    public long longInteger(String key, long otherwise) {
        return or(find(key, Long.class, "a whole number"), otherwise);
    }

    /** A number, whole or not. */
    public double decimal(String key) {
        return required(key, find(key, Number.class, "a number")).doubleValue();
    }

    /** A number, whole or not. */
    public double decimal(String key, double otherwise) {
        return or(find(key, Number.class, "a number"), otherwise).doubleValue();
    }

    public boolean bool(String key, boolean otherwise) {
        return or(find(key, Boolean.class, "a truth value"), otherwise);
    }

    public String[] strings(String key) {
        return required(key, find(key, String[].class, "a list of texts"));
    }

    public int[] integers(String key) {
        return required(key, find(key, int[].class, "a list of whole numbers"));
    }

    public float[] decimals(String key) {
        return required(key, find(key, float[].class, "a list of numbers"));
    }

    public boolean[] bools(String key) {
        return required(key, find(key, boolean[].class, "a list of truth values"));
    }

    private <T> @Nullable T find(String key, Class<T> type, String kind) {
        Object value = values.get(key);
        if (value == null) {
            return null;
        }
        if (!type.isInstance(value)) {
            throw error(key, "is " + kindOf(value) + ", not " + kind);
        }
        return type.cast(value);
    }

    private <T> T required(String key, @Nullable T value) {
        if (value == null) {
            throw error(key, "is missing");
        }
        return value;
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return Objects.requireNonNullElse(value, otherwise);
    }

    private int narrow(String key, long value) {
        if (value != (int) value) {
            throw error(key, "is out of range: " + value);
        }
        return (int) value;
    }

    private ModelLoadException error(String key, String what) {
        return new ModelLoadException(file + ": metadata '" + key + "' " + what);
    }

    private static String kindOf(Object value) {
        return switch (value) {
            case String _ -> "a text";
            case Long _, BigInteger _ -> "a whole number";
            case Number _ -> "a number";
            case Boolean _ -> "a truth value";
            case String[] _ -> "a list of texts";
            case int[] _, long[] _ -> "a list of whole numbers";
            case float[] _, double[] _ -> "a list of numbers";
            case boolean[] _ -> "a list of truth values";
            default -> "a list of lists";
        };
    }
}
