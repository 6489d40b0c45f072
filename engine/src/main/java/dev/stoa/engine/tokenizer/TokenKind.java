package dev.stoa.engine.tokenizer;

/** What a token is for; the numbers are those of {@code tokenizer.ggml.token_type}. */
enum TokenKind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    private static final TokenKind[] VALUES = values();

    /** Files count from 1; 0 ("undefined") and numbers to come are taken as ordinary tokens. */
    static TokenKind of(int number) {
        return number >= 1 && number <= VALUES.length ? VALUES[number - 1] : NORMAL;
    }
}
