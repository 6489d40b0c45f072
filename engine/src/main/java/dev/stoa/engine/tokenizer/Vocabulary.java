package dev.stoa.engine.tokenizer;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.GgufMetadata;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The tokens of a file: spelling, kind, and those with a role. Immutable once made. */
final class Vocabulary {
    private static final String PREFIX = "tokenizer.ggml.";

    /** Spellings that end an answer, whatever the file says; a file often names only one of a model's two. */
    private static final Set<String> ENDS = Set.of(
            "<|endoftext|>",
            "<|end_of_text|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|endofturn|>",
            "<|end_of_role|>",
            "<end_of_turn>",
            "<|END_OF_TURN_TOKEN|>",
            "<EOT>",
            "<｜end▁of▁sentence｜>");

    /** Turn markers that some converters leave as user-defined; as such a user could type them. */
    private static final Set<String> MARKERS = Set.of("<start_of_turn>", "[INST]", "[/INST]", "<s>", "</s>");

    private final String[] texts;
    private final TokenKind[] kinds;
    private final Map<String, Integer> ids;
    private final BitSet ends = new BitSet();
    private final SpecialTokens specials = new SpecialTokens();
    private final int bos;
    private final int eos;
    private final int unknown;

    private Vocabulary(GgufFile file, int[] kindNumbers, int defaultBos, int defaultEos, int defaultUnknown) {
        GgufMetadata metadata = file.metadata();
        texts = metadata.strings(PREFIX + "tokens");
        if (texts.length == 0) {
            throw new ModelLoadException(file.path() + ": the vocabulary is empty");
        }
        bos = role(file, "bos_token_id", defaultBos);
        eos = role(file, "eos_token_id", defaultEos);
        unknown = role(file, "unknown_token_id", defaultUnknown);
        kinds = new TokenKind[texts.length];
        ids = HashMap.newHashMap(texts.length);
        markEnd(eos);
        markEnd(role(file, "eot_token_id", -1));
        markEnd(role(file, "eom_token_id", -1));
        for (int id = 0; id < texts.length; id++) {
            kinds[id] = kind(id, TokenKind.of(kindNumbers.length == 0 ? 1 : kindNumbers[id]));
            ids.put(texts[id], id);
            if (isSpecial(kinds[id])) {
                specials.add(texts[id], id);
            }
        }
    }

    /** @param defaults BOS, EOS and unknown token where the file names none, -1 for none */
    static Vocabulary from(GgufFile file, int... defaults) {
        GgufMetadata metadata = file.metadata();
        String key = PREFIX + "token_type";
        int[] kinds = metadata.has(key) ? metadata.integers(key) : new int[0];
        int tokens = metadata.strings(PREFIX + "tokens").length;
        if (kinds.length != 0 && kinds.length != tokens) {
            throw new ModelLoadException(
                    file.path() + ": " + key + " has " + kinds.length + " entries for " + tokens + " tokens");
        }
        return new Vocabulary(file, kinds, defaults[0], defaults[1], defaults[2]);
    }

    private int role(GgufFile file, String name, int otherwise) {
        int id = file.metadata().integer(PREFIX + name, otherwise < texts.length ? otherwise : -1);
        if (id < -1 || id >= texts.length) {
            throw new ModelLoadException(
                    file.path() + ": " + PREFIX + name + " is " + id + ", but there are " + texts.length + " tokens");
        }
        return id;
    }

    private void markEnd(int id) {
        if (id >= 0) {
            ends.set(id);
        }
    }

    private TokenKind kind(int id, TokenKind given) {
        String text = texts[id];
        if (ENDS.contains(text)) {
            ends.set(id);
        }
        boolean steers = ends.get(id)
                || id == bos
                || given == TokenKind.USER_DEFINED && (MARKERS.contains(text) || looksLikeControl(text));
        return steers ? TokenKind.CONTROL : given;
    }

    private static boolean looksLikeControl(String text) {
        return text.startsWith("<|") && text.endsWith("|>") || text.startsWith("<｜") && text.endsWith("｜>");
    }

    private static boolean isSpecial(TokenKind kind) {
        return kind == TokenKind.CONTROL || kind == TokenKind.USER_DEFINED || kind == TokenKind.UNKNOWN;
    }

    int size() {
        return texts.length;
    }

    String text(int id) {
        return texts[id];
    }

    TokenKind kind(int id) {
        return kinds[id];
    }

    /** The token of this spelling, or -1. */
    int id(String text) {
        return ids.getOrDefault(text, -1);
    }

    /** The token of this spelling that ordinary text may become, or -1: no control and no byte token. */
    int ordinaryId(String text) {
        int id = id(text);
        return id >= 0
                        && switch (kinds[id]) {
                            case NORMAL, USER_DEFINED, UNUSED -> true;
                            case CONTROL, UNKNOWN, BYTE -> false;
                        }
                ? id
                : -1;
    }

    /** Control tokens, and the unknown token, which stands for no text either. */
    boolean isControl(int id) {
        return kinds[id] == TokenKind.CONTROL || kinds[id] == TokenKind.UNKNOWN;
    }

    boolean isEnd(int id) {
        return ends.get(id);
    }

    SpecialTokens specials() {
        return specials;
    }

    int bos() {
        return bos;
    }

    int eos() {
        return eos;
    }

    int unknown() {
        return unknown;
    }
}
