package dev.stoa.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The API key that this machine's own tools use: {@code admin.key} in the data folder, for its owner's eyes only. */
final class KeyFile {
    /** How a preset key begins; the server refuses others. */
    private static final String PREFIX = "sk-stoa-";

    private static final int RANDOM_BYTES = 32;

    private final Path folder;
    private final Path file;

    KeyFile(Path data) {
        this.folder = data;
        this.file = data.resolve("admin.key");
    }

    /** The key; null if there is none that we may read. */
    @Nullable String read() {
        try {
            String text = Files.isReadable(file) ? Files.readString(file).strip() : "";
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            return null; // the server then says that it wants a key, and how to name one
        }
    }

    /** Makes a new random one. */
    String make() throws IOException {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Files.createDirectories(folder);
        create(file);
        Files.writeString(file, key + "\n");
        return key;
    }

    /** Creates a file that only its owner may read, before anything is written to it; one that is there is made so. */
    static void create(Path file) throws IOException {
        var ownerOnly = PosixFilePermissions.fromString("rw-------");
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, ownerOnly);
        }
    }
}
