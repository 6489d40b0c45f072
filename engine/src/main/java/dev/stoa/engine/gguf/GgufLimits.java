package dev.stoa.engine.gguf;

/** Every limit on what a GGUF file may ask for. They stop damaged and hostile files; no real model comes near them. */
public final class GgufLimits {
    /** Header, metadata and tensor list together, in bytes. A 262,144-token vocabulary with its merges takes 15 MB. */
    public static final long HEADER_BYTES_MAX = 512L << 20;

    /** Tensors in a file. A 1,000-layer mixture of experts has about 20,000. */
    public static final int TENSORS_MAX = 1 << 17;

    /** Metadata entries. Model files have about 30. */
    public static final int METADATA_MAX = 1 << 16;

    /** Bytes of a key, as the format's description sets it. */
    public static final int KEY_BYTES_MAX = 65_535;

    /** Bytes of a tensor's name. The format's description allows 64; some writers use more. */
    public static final int TENSOR_NAME_BYTES_MAX = 256;

    /** Bytes of a text value. Chat templates take up to 20 kB, licence texts 100 kB. */
    public static final int STRING_BYTES_MAX = 64 << 20;

    /** Elements of one array. The largest in use are merge lists with about half a million. */
    public static final int ARRAY_ELEMENTS_MAX = 1 << 24;

    /** Arrays inside arrays. */
    public static final int ARRAY_DEPTH_MAX = 4;

    /** Dimensions of a tensor, as ggml sets it. */
    public static final int DIMENSIONS_MAX = 4;

    /** {@code general.alignment}, in bytes: the largest page size in use. */
    public static final int ALIGNMENT_MAX = 1 << 21;

    private GgufLimits() {}
}
