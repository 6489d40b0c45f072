package dev.stoa.engine.tokenizer;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.GgufMetadata;

/** Chooses the tokenizer that a file asks for. */
final class Tokenizers {
    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PRE = "tokenizer.ggml.pre";

    private Tokenizers() {}

    static Tokenizer from(GgufFile file) {
        String model = file.metadata().string(MODEL);
        return switch (model) {
            case "gpt2" -> bytePair(file);
            case "llama" -> sentencePiece(file);
            default ->
                throw new ModelLoadException(file.path() + ": " + MODEL + " '" + model
                        + "' is not supported; supported: gpt2 (byte-level BPE), llama (SentencePiece)");
        };
    }

    private static Tokenizer bytePair(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String name = metadata.string(PRE, "default");
        PreTokenizer preTokenizer = PreTokenizer.find(name)
                .orElseThrow(() -> new ModelLoadException(file.path() + ": " + PRE + " '" + name
                        + "' is not supported; supported: " + PreTokenizer.supportedNames()));
        Vocabulary vocabulary = Vocabulary.from(file, -1, -1, -1);
        return new BytePairTokenizer(
                file, vocabulary, preTokenizer, addsBos(metadata, preTokenizer.addsBos()), addsEos(metadata));
    }

    private static Tokenizer sentencePiece(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        // What SentencePiece itself takes where a model says nothing: <unk>, <s>, </s>.
        Vocabulary vocabulary = Vocabulary.from(file, 1, 2, 0);
        boolean spacePrefix = metadata.bool("tokenizer.ggml.add_space_prefix", true);
        return new SentencePieceTokenizer(file, vocabulary, spacePrefix, addsBos(metadata, true), addsEos(metadata));
    }

    private static boolean addsBos(GgufMetadata metadata, boolean otherwise) {
        return metadata.bool("tokenizer.ggml.add_bos_token", otherwise);
    }

    private static boolean addsEos(GgufMetadata metadata) {
        return metadata.bool("tokenizer.ggml.add_eos_token", false);
    }
}
