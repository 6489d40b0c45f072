package dev.stoa.bench.chat;

import dev.stoa.bench.StoaServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Opens conversations over HTTP in a full database, one after the other, as one person's page does. */
final class Opening {
    private static final int MESSAGES_EACH = 50;
    private static final int LONG_THREAD = 10_000;

    private final StoaServer server;
    private final Figures figures;
    private final int count;

    /** @param count of requests that are measured, after as many that only warm up */
    Opening(StoaServer server, Figures figures, int count) {
        this.server = server;
        this.figures = figures;
        this.count = count;
    }

    /** @param messages in the database */
    void measure(Connection database, int messages) throws IOException, InterruptedException, SQLException {
        List<UUID> many = Threads.add(database, "many-" + messages, messages / MESSAGES_EACH, MESSAGES_EACH);
        UUID tall = Threads.add(database, "tall", 1, LONG_THREAD).getFirst();
        List<UUID> said = Threads.messages(database, "tall", LONG_THREAD);
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        String one = "/api/conversations/" + tall;
        open("one of " + many.size(), () -> "/api/conversations/" + many.get(random.nextInt(many.size())));
        open("one of " + LONG_THREAD + " messages", () -> one);
        open("its older messages", () -> one + "?before=" + said.get(1 + random.nextInt(LONG_THREAD - 1)));
        open("it at a message that was searched for", () -> one + "?under=" + said.get(random.nextInt(LONG_THREAD)));
        open("the list of conversations", () -> "/api/conversations");
    }

    private void open(String name, Supplier<String> path) throws IOException, InterruptedException {
        double[] millis = new double[count];
        for (int i = -count; i < count; i++) {
            String now = path.get();
            long begin = System.nanoTime();
            HttpResponse<byte[]> answer = server.get(now);
            if (answer.statusCode() != 200) {
                throw new IOException(now + ": " + new String(answer.body(), StandardCharsets.UTF_8));
            }
            if (i >= 0) {
                millis[i] = (System.nanoTime() - begin) / 1e6;
            }
        }
        Arrays.sort(millis);
        figures.add("open " + name + ", p50", "ms", Figures.quantile(millis, 0.5));
        figures.add("open " + name + ", p95", "ms", Figures.quantile(millis, 0.95));
    }
}
