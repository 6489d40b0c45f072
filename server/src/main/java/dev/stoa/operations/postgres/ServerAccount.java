package dev.stoa.operations.postgres;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's user that runs the server. PostgreSQL refuses root; so where Stoa is root, an unprivileged
 * user runs it and owns its files, and where Stoa is not root, Stoa's own user does.
 *
 * @param user the unprivileged user, or null for Stoa's own
 * @param group that user's group id, or null with it
 * @param prefix what stands before a command to run it as that user
 */
record ServerAccount(@Nullable String user, @Nullable Integer group, List<String> prefix) {
    /** In order of choice: a user made for this service, PostgreSQL's own, the system's user without rights. */
    private static final List<String> CANDIDATES = List.of("stoa", "postgres", "nobody");

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(20);
    private static final Path ROOT = Path.of("/");

    /**
     * Chooses the user: the owner of an existing cluster where that is one, so that a system that gains a user later
     * does not change it.
     *
     * @throws PostgresException if the cluster belongs to another user, or root finds no user to run it as
     */
    static ServerAccount choose(Path home, Path cluster) {
        try {
            boolean exists = Files.exists(cluster);
            if (new UnixSystem().getUid() != 0) {
                if (exists && !Files.isReadable(cluster)) {
                    throw new PostgresException(
                            "%s belongs to user %s. Start Stoa as that user, or give it another folder with --data."
                                    .formatted(cluster, Files.getOwner(cluster).getName()));
                }
                return new ServerAccount(null, null, List.of());
            }
            List<String> candidates = new ArrayList<>();
            if (exists && !Files.getOwner(cluster).getName().equals("root")) {
                candidates.add(Files.getOwner(cluster).getName());
            }
            candidates.addAll(CANDIDATES);
            return forRoot(home, candidates);
        } catch (IOException e) {
            throw new PostgresException("Cannot read the owner of %s: %s".formatted(cluster, e.getMessage()), e);
        }
    }

    private static ServerAccount forRoot(Path home, List<String> candidates) {
        for (String user : candidates) {
            Commands.Result group = Commands.run(ROOT, PROBE_TIMEOUT, List.of("id", "-g", user));
            if (!group.ok()) {
                continue;
            }
            for (List<String> prefix : prefixes(user, group.output())) {
                if (works(prefix)) {
                    ServerAccount account = new ServerAccount(user, Integer.valueOf(group.output()), prefix);
                    account.requireEntry(home);
                    return account;
                }
            }
        }
        throw new PostgresException(
                "PostgreSQL refuses to run as root, and this process cannot run it as any of %s. Start Stoa as an"
                                .formatted(candidates)
                        + " ordinary user, create one of these users, or give an external database with --database.");
    }

    /** The tools that systems have for it: util-linux, then what BusyBox has too, then macOS. */
    private static List<List<String>> prefixes(String user, String group) {
        return List.of(
                List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--init-groups", "--"),
                List.of("runuser", "-u", user, "--"),
                List.of("sudo", "-n", "-u", user, "--"),
                List.of("su", "-s", "/bin/sh", user, "-c", "exec \"$0\" \"$@\"", "--"));
    }

    private static boolean works(List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("/bin/sh", "-c", "test \"$(id -u)\" != 0"));
        try {
            return Commands.run(ROOT, PROBE_TIMEOUT, command).ok();
        } catch (PostgresException e) {
            // The tool is not installed: the next one may be.
            return false;
        }
    }

    /** The server's user must be able to walk down to its folder; a home of root's (mode 700) stops it. */
    private void requireEntry(Path home) {
        if (run(ROOT, PROBE_TIMEOUT, List.of("/bin/sh", "-c", "cd \"$0\"", home.toString()))
                .ok()) {
            return;
        }
        throw new PostgresException(
                "PostgreSQL runs as user '%s' here, because it refuses root, and that user cannot enter %s. Give a data"
                                .formatted(user, firstClosed(home))
                        + " folder that other users can reach with --data (for example /var/lib/stoa), or open that"
                        + " one with chmod o+x.");
    }

    private static Path firstClosed(Path home) {
        Path at = ROOT;
        try {
            for (Path name : home) {
                at = at.resolve(name);
                if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return at;
                }
            }
        } catch (IOException e) {
            return at;
        }
        return home;
    }

    /** Runs a command as this user. */
    Commands.Result run(Path directory, Duration timeout, List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return Commands.run(directory, timeout, whole);
    }

    /** Takes over a cluster that belongs to somebody else, as after a move to a machine with other user ids. */
    void adopt(Path root) throws IOException {
        if (user != null && !Files.getOwner(root).getName().equals(user)) {
            own(root);
        }
    }

    /** Gives a folder and all it holds to this user; nothing where Stoa's own user runs the server. */
    void own(Path root) throws IOException {
        if (user == null || group == null) {
            return;
        }
        var owner = root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return give(folder);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                return give(file);
            }

            private FileVisitResult give(Path file) throws IOException {
                Files.setAttribute(file, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
                Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setOwner(owner);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
