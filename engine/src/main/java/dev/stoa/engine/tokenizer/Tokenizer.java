package dev.stoa.engine.tokenizer;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import java.util.Set;

/** A model's vocabulary at work. Immutable and thread-safe; independent of the file once made. */
public interface Tokenizer {

    /** Decides whether the special token {@code id}, found at chars {@code from} to {@code to}, may become its id. */
    @FunctionalInterface
    interface SpecialFilter {
        boolean allows(int id, int from, int to);
    }

    /** @throws ModelLoadException if the file's vocabulary is damaged or of a kind that isn't supported (named) */
    static Tokenizer from(GgufFile file) {
        return Tokenizers.from(file);
    }

    /**
     * Token ids of a text; no token is added in front or behind.
     *
     * @param special whether texts of control tokens such as {@code <|im_end|>} become these tokens; never for text
     *     that isn't trusted
     */
    default int[] encode(String text, boolean special) {
        return encode(text, (id, _, _) -> special || !isControl(id));
    }

    /** As {@link #encode(String, boolean)}, the filter deciding on each special token found. */
    int[] encode(String text, SpecialFilter filter);

    /** As {@link #encode(String, boolean)}, with the first and last token that the file asks for. */
    int[] encodeWithBos(String text, boolean special);

    /** Number of token ids; ids run from 0. */
    int vocabularySize();

    /** The UTF-8 bytes that a token stands for, perhaps half a character; none for a control token. */
    byte[] bytes(int id);

    /** The vocabulary's own spelling of a token, such as {@code Ġthe}, {@code ▁the} or {@code <|im_end|>}. */
    String text(int id);

    /** The token of this exact spelling, or -1. */
    int id(String text);

    /** Whether the token steers the model and stands for no text. */
    boolean isControl(int id);

    /** Whether the token is special but stands for text: user-defined by the model's makers. */
    boolean isUserDefined(int id);

    /** Whether the model ends its answer with this token. */
    boolean isEndOfGeneration(int id);

    /** The token that begins a text, or -1. */
    int bosId();

    /** The token that ends a text, or -1. */
    int eosId();

    /** Whether the file asks for a BOS token before every text. */
    boolean addsBos();

    /** The text of token ids, the inverse of {@link #encode}; bytes that aren't UTF-8 become U+FFFD. */
    String decode(int[] ids);

    /** A decoder for ids that arrive one by one and continue an earlier text. */
    default StreamDecoder decoder() {
        return decoder(Set.of());
    }

    /** As {@link #decoder()}; these control tokens give their spelling instead of nothing. */
    StreamDecoder decoder(Set<Integer> shown);
}
