package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.shared.Announcements;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is heard over a connection to a real PostgreSQL, and over one that swallows everything without ending. */
class AnnouncementsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);

    private final PGSimpleDataSource database = (PGSimpleDataSource) TestPostgres.freshDatabase();
    private final AtomicInteger told = new AtomicInteger();

    private Announcements listening(PGSimpleDataSource source) {
        Announcements announcements = new Announcements(source, SHORT, SHORT);
        announcements.listen("limits", told::incrementAndGet);
        announcements.start();
        await().atMost(BOUND).untilAsserted(() -> assertThat(told).hasValue(1));
        return announcements;
    }

    private PGSimpleDataSource at(int port) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(database.getServerNames());
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database.getDatabaseName());
        source.setUser(database.getUser());
        source.setPassword(database.getPassword());
        return source;
    }

    private void notifyOf(String topic) {
        JdbcClient.create(database)
                .sql("SELECT pg_notify('stoa', ?)")
                .param(topic)
                .query()
                .listOfRows();
    }

    @Test
    void aWordIsHeardAfterSilencesInWhichTheConnectionWasTried() {
        Announcements announcements = listening(database);
        try {
            await().atMost(BOUND).until(this::wasTried);
            notifyOf("other");
            notifyOf("limits");
            await().atMost(BOUND).untilAsserted(() -> assertThat(told).hasValue(2));
        } finally {
            announcements.stop();
        }
    }

    private boolean wasTried() {
        return JdbcClient.create(database)
                .sql("SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND query = 'SELECT 1')")
                .query(Boolean.class)
                .single();
    }

    @Test
    void whatHappensWhileTheConnectionSwallowsEverythingIsHeardAfterIt() throws IOException {
        try (BlackHole way = new BlackHole(database.getPortNumbers()[0])) {
            Announcements announcements = listening(at(way.port()));
            try {
                way.swallow();
                notifyOf("limits");
                await().atMost(BOUND).untilAsserted(() -> assertThat(told).hasValueGreaterThan(1));
            } finally {
                announcements.stop();
            }
        }
    }

    /** A way to a port whose connections stay open, but at a word carry nothing more; those made later do. */
    private static final class BlackHole implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        private final List<AtomicBoolean> open = new CopyOnWriteArrayList<>();
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private final int target;

        BlackHole(int target) throws IOException {
            this.target = target;
            Thread.startVirtualThread(this::accept);
        }

        int port() {
            return door.getLocalPort();
        }

        void swallow() {
            open.forEach(each -> each.set(false));
        }

        private void accept() {
            try {
                while (true) {
                    Socket near = door.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                    AtomicBoolean carries = new AtomicBoolean(true);
                    open.add(carries);
                    sockets.addAll(List.of(near, far));
                    Thread.startVirtualThread(() -> pump(near, far, carries));
                    Thread.startVirtualThread(() -> pump(far, near, carries));
                }
            } catch (IOException _) {
                // The test is over.
            }
        }

        private static void pump(Socket from, Socket to, AtomicBoolean carries) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[4096];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (carries.get()) {
                        out.write(buffer, 0, count);
                    }
                }
            } catch (IOException _) {
                // One of the two has ended it.
            }
        }

        @Override
        public void close() throws IOException {
            door.close();
            for (Socket each : sockets) {
                each.close();
            }
        }
    }
}
