package dev.stoa.store;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's name, {@code name:variant}: lower case letters, digits, dot, dash and underscore, beginning with a letter or
 * a digit. So each part is a safe file name on every system: no separators, no {@code ..}.
 */
public record ModelName(String name, String variant) implements Comparable<ModelName> {
    /** Longest name and variant: with their suffixes they stay far below the 255 bytes a file name may have. */
    static final int NAME_LENGTH_MAX = 96;

    static final int VARIANT_LENGTH_MAX = 48;

    /** What a file is called whose name says nothing of its quantization. */
    static final String PLAIN_VARIANT = "default";

    private static final Pattern PART = Pattern.compile("[a-z0-9][a-z0-9._-]*");
    private static final Pattern QUANTIZED_FILE =
            Pattern.compile("(.+?)[-._]((?:iq|q|tq)\\d\\w*|f16|f32|bf16|mxfp4\\w*)", Pattern.CASE_INSENSITIVE);

    /** @throws StoreException INVALID */
    public ModelName {
        check(name, "name", NAME_LENGTH_MAX);
        check(variant, "variant", VARIANT_LENGTH_MAX);
    }

    /**
     * Reads {@code name:variant}; capital letters count as small ones.
     *
     * @throws StoreException INVALID
     */
    public static ModelName parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        int colon = lower.indexOf(':');
        if (colon < 0) {
            throw new StoreException(
                    StoreException.Kind.INVALID, "“" + text + "” names no variant: it is written name:variant");
        }
        return new ModelName(lower.substring(0, colon), lower.substring(colon + 1));
    }

    /** Reads a name with or without a variant. */
    static ModelName parse(String text, String variantIfNone) {
        return parse(text.contains(":") ? text : text + ":" + variantIfNone);
    }

    /** Makes a name of a file's: {@code SmolLM2-135M-Instruct.Q4_1.gguf} is {@code smollm2-135m-instruct:q4_1}. */
    static ModelName ofFile(String fileName) {
        String stem = fileName.toLowerCase(Locale.ROOT);
        stem = stem.endsWith(".gguf") ? stem.substring(0, stem.length() - ".gguf".length()) : stem;
        Matcher quantized = QUANTIZED_FILE.matcher(stem);
        String name = quantized.matches() ? quantized.group(1) : stem;
        String variant = quantized.matches() ? quantized.group(2) : PLAIN_VARIANT;
        return new ModelName(clean(name, NAME_LENGTH_MAX), clean(variant, VARIANT_LENGTH_MAX));
    }

    private static String clean(String text, int lengthMax) {
        String kept = text.replaceAll("[^a-z0-9._-]+", "-").replaceAll("^[^a-z0-9]+", "");
        kept = kept.substring(0, Math.min(kept.length(), lengthMax));
        return kept.isEmpty() ? "model" : kept;
    }

    private static void check(String part, String what, int lengthMax) {
        if (part.isEmpty() || part.length() > lengthMax || !PART.matcher(part).matches()) {
            throw new StoreException(
                    StoreException.Kind.INVALID,
                    "“" + part + "” is no model " + what + ": letters, digits, “.”, “-” and “_”, at most " + lengthMax
                            + ", beginning with a letter or digit");
        }
    }

    @Override
    public int compareTo(ModelName other) {
        int byName = name.compareTo(other.name);
        return byName != 0 ? byName : variant.compareTo(other.variant);
    }

    /** {@code name:variant}. */
    @Override
    public String toString() {
        return name + ":" + variant;
    }
}
