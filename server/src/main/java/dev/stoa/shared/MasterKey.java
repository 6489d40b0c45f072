package dev.stoa.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The key that secrets in the database are sealed with, {@code stoa.master-key} or {@code stoa.master-key-file}: 32 bytes
 * in Base64. Where neither is set it is the file {@code master.key} of the data folder, made at the first start. Servers
 * of one database need the same.
 *
 * @param masterKey the key itself
 * @param masterKeyFile a file that holds it
 */
@ConfigurationProperties("stoa")
public record MasterKey(
        @DefaultValue("") String masterKey,
        @DefaultValue("") String masterKeyFile) implements CheckedSettings {
    private static final String FILE = "master.key";

    /** @throws IllegalArgumentException if both are set */
    public MasterKey {
        if (!masterKey.isBlank() && !masterKeyFile.isBlank()) {
            throw new IllegalArgumentException("stoa.master-key and stoa.master-key-file can't both be set");
        }
    }

    /**
     * A box under the key.
     *
     * @throws IllegalArgumentException as {@link #bytes}
     */
    public SecretBox box(Path dataFolder, RandomGenerator random) {
        return new SecretBox(bytes(dataFolder, random), random);
    }

    /**
     * The key's bytes.
     *
     * @throws IllegalArgumentException if it is no such key, or its file can't be read or made
     */
    byte[] bytes(Path dataFolder, RandomGenerator random) {
        if (!isMade(dataFolder)) {
            create(file(dataFolder), random);
        }
        return read(dataFolder);
    }

    /** @throws IllegalArgumentException as {@link #bytes}; a file that is still to be made is fine */
    @Override
    public void check(Path dataFolder, Limits limits) {
        if (isMade(dataFolder)) {
            read(dataFolder);
        }
    }

    private boolean isMade(Path dataFolder) {
        return !masterKey.isBlank() || !masterKeyFile.isBlank() || Files.exists(file(dataFolder));
    }

    private Path file(Path dataFolder) {
        return masterKeyFile.isBlank() ? dataFolder.resolve(FILE) : Folders.expand(masterKeyFile);
    }

    private byte[] read(Path dataFolder) {
        if (!masterKey.isBlank()) {
            return decode(masterKey, "stoa.master-key");
        }
        Path file = file(dataFolder);
        try {
            return decode(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new IllegalArgumentException("the master key can't be read from " + file, e);
        }
    }

    private static byte[] decode(String text, String where) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + " must be 32 bytes in Base64", e);
        }
        if (key.length != SecretBox.KEY_BYTES) {
            throw new IllegalArgumentException(where + " must be 32 bytes in Base64, not " + key.length);
        }
        return key;
    }

    private static void create(Path file, RandomGenerator random) {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        random.nextBytes(key);
        byte[] line = (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            // Where another process was faster, its key is the key.
            DurableFiles.create(file, line);
        } catch (IOException e) {
            throw new IllegalArgumentException("the master key can't be written to " + file, e);
        }
    }
}
