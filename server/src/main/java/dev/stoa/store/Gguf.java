package dev.stoa.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** How a GGUF file begins; reading more of it is the engine's part. */
final class Gguf {
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    static final int MAGIC_BYTES = 4;

    private Gguf() {}

    static byte magicAt(int index) {
        return MAGIC[index];
    }

    static boolean looksLikeOne(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC_BYTES), MAGIC);
        }
    }
}
