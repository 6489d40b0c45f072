package dev.stoa.operations;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that tests start as processes of their own. A port that the system picks is free only until the next
 * one is picked: two tests got the same one, and each talked to the other's server. So a port is claimed by the lock of
 * a file, on the whole machine, until this JVM ends; and all lie below those that the system gives to outgoing
 * connections, so a server finds its port free when it starts again.
 */
public final class TestPort {
    private static final int FIRST = 20_000;
    /** Linux gives outgoing connections 32,768 and up. */
    private static final int LAST = 31_999;

    private static final Path CLAIMS = Path.of(System.getProperty("java.io.tmpdir"), "stoa-test-ports");
    private static final Map<Integer, FileLock> held = new HashMap<>();

    private TestPort() {}

    /** A port of 127.0.0.1 that nobody listens on, and that no other test gets while this JVM runs. */
    public static synchronized int claim() {
        int count = LAST - FIRST + 1;
        int begin = ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
            int port = FIRST + (begin + i) % count;
            if (lock(port) && isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no free port from " + FIRST + " to " + LAST);
    }

    /** Opens no file of a port that this JVM holds: to close it, at the latest with the garbage, would end the lock. */
    private static boolean lock(int port) {
        if (held.containsKey(port)) {
            return false;
        }
        try {
            Files.createDirectories(CLAIMS);
            FileChannel file = FileChannel.open(
                    CLAIMS.resolve(Integer.toString(port)), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = file.tryLock();
            if (lock == null) {
                file.close();
                return false;
            }
            held.put(port, lock);
            return true;
        } catch (IOException e) {
            throw new AssertionError("cannot claim a port in " + CLAIMS, e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
