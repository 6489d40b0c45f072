package dev.stoa.engine;

/** A file that can't be served: not GGUF, damaged, or of a kind this engine doesn't support. The message says which. */
public final class ModelLoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelLoadException(String message) {
        super(message);
    }

    public ModelLoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
