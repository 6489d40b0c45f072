package dev.stoa.operations.postgres;

import dev.stoa.operations.FileTrees;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's own binaries, unpacked once per build of them. The folder's name carries the archive's checksum, and it
 * gets that name only when it is whole, so a half-unpacked one is never used. The caller holds the lock of the folder.
 *
 * @param folder the unpacked archive: bin, lib, share
 * @param majorVersion the version that a cluster must have been made by
 */
record Binaries(Path folder, int majorVersion) {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    /** An archive is 70 MB at most; what it holds is four times that. More is not what we shipped. */
    private static final long UNPACKED_BYTES_MAX = 1L << 30;

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /** @throws PostgresException if there is no build for this platform, or it cannot be unpacked or run */
    static Binaries unpack(Path home) {
        String resource = "postgres-%s.txz".formatted(platform());
        URL url = Binaries.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new PostgresException(
                    "No embedded PostgreSQL for this platform (%s). Give an external one with --database."
                            .formatted(platform()));
        }
        try {
            URLConnection connection = url.openConnection();
            connection.setUseCaches(false);
            Path folder = home.resolve("bin-" + checksum(connection));
            if (!Files.isDirectory(folder)) {
                deleteOthers(home);
                unpack(connection, home, folder);
            }
            return new Binaries(folder, majorVersion(folder));
        } catch (IOException e) {
            throw new PostgresException(
                    "Cannot unpack PostgreSQL into %s: %s. Is there space left (90 MB), and may this user write there?"
                            .formatted(home, e.getMessage()),
                    e);
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "darwin" : os.contains("linux") ? "linux" : os.replace(' ', '-');
        return switch (arch) {
            case "amd64", "x86_64" -> system + "-x86_64";
            case "aarch64", "arm64" -> system + "-arm_64";
            default -> system + "-" + arch;
        };
    }

    /** The archive's CRC and size as its jar lists them: reading 15 MB at every start would cost more than it tells. */
    private static String checksum(URLConnection connection) throws IOException {
        if (connection instanceof JarURLConnection jar) {
            try (var file = jar.getJarFile()) {
                var entry = jar.getJarEntry();
                return "%08x-%x".formatted(entry.getCrc(), entry.getSize());
            }
        }
        return "%x".formatted(connection.getContentLengthLong());
    }

    private static void unpack(URLConnection listed, Path home, Path folder) throws IOException {
        Path unfinished = Files.createTempDirectory(home, "unpack-");
        URLConnection connection = listed.getURL().openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in, 1 << 16)))) {
            long bytes = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                bytes += entry.getSize();
                if (bytes > UNPACKED_BYTES_MAX) {
                    throw new IOException("the archive is larger than " + UNPACKED_BYTES_MAX + " bytes");
                }
                write(tar, entry, unfinished);
            }
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileTrees.delete(unfinished);
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("the archive names a file outside itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        } else if (entry.isSymbolicLink()) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.createDirectories(target.getParent());
            Files.copy(tar, target);
            boolean executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    /** Binaries of an earlier Stoa, and what a killed one left half unpacked. */
    private static void deleteOthers(Path home) throws IOException {
        try (var entries = Files.newDirectoryStream(home, "{bin-,unpack-}*")) {
            for (Path entry : entries) {
                FileTrees.delete(entry);
            }
        }
    }

    private static int majorVersion(Path folder) {
        Path program = folder.resolve("bin/postgres");
        Commands.Result result = Commands.run(folder, Duration.ofSeconds(10), List.of(program.toString(), "--version"));
        Matcher version = VERSION.matcher(result.output());
        if (!version.find()) {
            throw new PostgresException("%s does not run here: %s. Give an external PostgreSQL with --database."
                    .formatted(program, result.output()));
        }
        return Integer.parseInt(version.group(1));
    }
}
