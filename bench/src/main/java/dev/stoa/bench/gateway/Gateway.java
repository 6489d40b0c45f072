package dev.stoa.bench.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that passes requests on, and the processes that do it.
 *
 * @param process its own; null for the upstream itself
 * @param database a further process of it that is not below the first, or null
 * @param headers that its clients send
 */
record Gateway(
        String name,
        URI url,
        @Nullable Process process,
        @Nullable ProcessHandle database,
        Map<String, String> headers,
        Path log)
        implements AutoCloseable {
    private static final int START_SECONDS_MAX = 120;
    private static final double TICKS_PER_SECOND = 100;

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    /** Starts one and waits until it answers a request. */
    static Gateway start(
            String name,
            int port,
            String path,
            Map<String, String> headers,
            List<String> command,
            Map<String, String> env)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("stoa-bench-" + name, ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(env);
        Process process = builder.start();
        Gateway gateway = new Gateway(name, URI.create("http://127.0.0.1:" + port + path), process, null, headers, log);
        for (int i = 0; i < START_SECONDS_MAX * 5; i++) {
            if (!process.isAlive()) {
                break;
            }
            try (StreamClient client = new StreamClient(gateway, MockUpstream.FAST)) {
                client.ask();
                return gateway;
            } catch (IOException _) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
        gateway.close();
        throw new IOException(name + " did not start; its log is " + log);
    }

    Gateway withDatabase(@Nullable ProcessHandle other) {
        return new Gateway(name, url, process, other, headers, log);
    }

    private Stream<ProcessHandle> processes() {
        return Stream.of(process == null ? null : process.toHandle(), database)
                .filter(root -> root != null)
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .distinct();
    }

    /** Takes the processors from it, so that it does nothing while another is measured. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Gives them back. */
    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes().map(each -> Long.toString(each.pid())).forEach(command::add);
        if (command.size() > 2) {
            // One that has ended meanwhile makes it fail, and is no matter.
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }

    /** Processor time so far, that of children that ended included. */
    double cpuSeconds() {
        return processes().mapToDouble(Gateway::cpuSeconds).sum();
    }

    private static double cpuSeconds(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            // From the third field on: utime, stime, cutime, cstime are the fields 14 to 17. man 5 proc.
            long ticks = 0;
            for (int field = 14; field <= 17; field++) {
                ticks += Long.parseLong(fields[field - 3]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException _) {
            return 0;
        }
    }

    /** Resident bytes of its own processes, without the database's. */
    long residentBytes() {
        if (process == null) {
            return 0;
        }
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(each -> database == null || each.pid() != database.pid())
                .mapToLong(Gateway::residentBytes)
                .sum();
    }

    private static long residentBytes(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException _) {
            return 0;
        }
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        List<ProcessHandle> below = process.descendants().toList();
        try {
            resume();
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                below.forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            // What it did not start itself, such as the Redis beside it, does not end with it.
            below.forEach(ProcessHandle::destroy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
