package dev.stoa.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * For {@code @TempDir(factory = OpenTempDir.class)}: a folder that other users may enter. JUnit's own has mode 700, and
 * where tests run as root, PostgreSQL runs as somebody else and could not reach its data.
 */
public final class OpenTempDir implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return create();
    }

    /** A new folder of mode 711; the caller deletes it. */
    public static Path create() throws IOException {
        Path folder = Files.createTempDirectory("stoa-test-");
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }
}
