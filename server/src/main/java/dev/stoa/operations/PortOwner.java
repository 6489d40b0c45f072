package dev.stoa.operations;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who listens on a port, where the system tells: Linux does, to root and to the process's own user. */
public final class PortOwner {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";
    private static final int COLUMN_LOCAL = 1;
    private static final int COLUMN_STATE = 3;
    private static final int COLUMN_INODE = 9;

    private PortOwner() {}

    /**
     * Checks before anything is started.
     *
     * @throws OperatorException if the port is taken, or the address is not this machine's
     */
    public static void requireFree(String bind, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(bind), port));
        } catch (java.net.BindException e) {
            String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            if (why.contains("in use")) {
                throw taken(bind, port);
            }
            throw new OperatorException("Cannot listen on %s port %d: %s. Choose with --bind and --port."
                    .formatted(bind, port, e.getMessage()));
        } catch (IOException e) {
            throw new OperatorException(
                    "Cannot listen on %s port %d: %s. Choose with --bind and --port.".formatted(bind, port, e), e);
        }
    }

    /** The error for a port that is taken. */
    public static OperatorException taken(String bind, int port) {
        String owner = find(port)
                .map(process -> " by process %d (%s)".formatted(process.pid(), name(process)))
                .orElse("");
        return new OperatorException(
                "Port %d on %s is taken%s. Stop that, or choose another one with --port.".formatted(port, bind, owner));
    }

    private static String name(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> String.valueOf(Path.of(command).getFileName()))
                .orElse("unknown");
    }

    static Optional<ProcessHandle> find(int port) {
        try {
            for (String table : List.of("net/tcp", "net/tcp6")) {
                Path file = PROC.resolve(table);
                if (Files.isReadable(file)) {
                    for (String line : Files.readAllLines(file)) {
                        String[] columns = line.strip().split("\\s+");
                        if (columns.length > COLUMN_INODE
                                && columns[COLUMN_STATE].equals(LISTENING)
                                && columns[COLUMN_LOCAL].endsWith(":%04X".formatted(port))) {
                            return processOf("socket:[" + columns[COLUMN_INODE] + "]");
                        }
                    }
                }
            }
        } catch (IOException e) {
            // A help for the message only; without it the message is still true.
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<ProcessHandle> processOf(String socket) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), socket)) {
                    return ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName())));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path descriptors, String socket) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (Files.isSymbolicLink(link)
                        && Files.readSymbolicLink(link).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Another user's process, or one that has just ended.
            return false;
        }
        return false;
    }
}
