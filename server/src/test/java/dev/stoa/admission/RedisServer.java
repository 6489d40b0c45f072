package dev.stoa.admission;

import dev.stoa.operations.FileTrees;
import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.TestPort;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A real Redis on a port of its own, which keeps nothing on the disk. Needs {@code redis-server} on the path. */
public final class RedisServer implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Path folder;
    private final int port;
    private final List<String> command;
    private Process process;

    private RedisServer(List<String> options) throws IOException {
        this.folder = OpenTempDir.create();
        this.port = TestPort.claim();
        this.command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1", "--save", "", "--dir"));
        command.add(folder.toString());
        command.addAll(options);
        if (!options.contains("--tls-port")) {
            command.addAll(List.of("--port", Integer.toString(port)));
        } else {
            command.addAll(List.of("--port", "0"));
            command.set(command.indexOf("--tls-port") + 1, Integer.toString(port));
        }
        this.process = launch();
    }

    /** @param options of its own; a {@code --tls-port} gets the port, whatever it says */
    public static RedisServer start(String... options) throws IOException {
        RedisServer server = new RedisServer(List.of(options));
        server.awaitAnswer();
        return server;
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.txt").toFile())
                .start();
    }

    private void awaitAnswer() {
        Awaitility.await().atMost(SOON).until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            } catch (IOException _) {
                return false;
            }
        });
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** {@code kill -9}: all that it knew is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Another one at the same place. */
    public void startAgain() throws IOException {
        process = launch();
        awaitAnswer();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().join();
        FileTrees.delete(folder);
    }
}
