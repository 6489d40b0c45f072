package dev.stoa.engine.gguf;

import java.nio.file.Files;
import java.nio.file.Path;

/** The two small real models, in the folder that the system property {@code stoa.test.models} names. */
public final class TestModels {
    private static final Path FOLDER = Path.of(System.getProperty("stoa.test.models", "no-models"));

    private TestModels() {}

    public static boolean present() {
        return Files.isRegularFile(smollm2()) && Files.isRegularFile(gemma3());
    }

    /** SmolLM2-135M-Instruct: {@code llama}, Q4_1, byte-level BPE, a chat template. */
    public static Path smollm2() {
        return FOLDER.resolve("smollm2-135m-q4_1.gguf");
    }

    /** Gemma 3 270M: {@code gemma3}, Q4_K_M, SentencePiece, no chat template. */
    public static Path gemma3() {
        return FOLDER.resolve("gemma3-270m-q4_k_m.gguf");
    }
}
