package dev.stoa.store;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What the store's tests share: a small model, a catalogue that holds it, a puller whose waits take no time. */
final class Stage {
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    static final byte[] MODEL = model(300_000, 7);
    static final String SHA256 = sha256(MODEL);
    static final String NAME = "tiny-instruct:q4_0";

    final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
    final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    final List<PullListener.Status> statuses = Collections.synchronizedList(new ArrayList<>());
    final PullListener listener = new PullListener() {
        @Override
        public void onProgress(Status status) {
            statuses.add(status);
        }

        @Override
        public void onNotice(String sentence) {
            notices.add(sentence);
        }
    };
    final ModelStore store;
    private final URI hub;
    Disk disk = Disk.REAL;
    List<Path> toolPath = List.of();

    @Nullable String token;

    Stage(Path root, URI hub, List<String> mirror) {
        this.hub = hub;
        this.store = new ModelStore(root, catalogue(mirror), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    static Catalogue catalogue(List<String> mirror) {
        return new Catalogue(List.of(new CatalogueEntry(
                ModelName.parse(NAME),
                "Tiny",
                "owner/tiny-GGUF",
                "tiny.gguf",
                MODEL.length,
                true,
                SHA256,
                "Apache-2.0",
                2048,
                "llama",
                1000,
                true,
                mirror)));
    }

    ModelPuller puller() {
        PullSettings settings = new PullSettings(
                hub,
                token,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                2,
                Duration.ofMillis(400),
                Duration.ofSeconds(2),
                4,
                Duration.ofSeconds(30),
                toolPath);
        return new ModelPuller(store, settings, Map.of(), disk, waits::add, new Random(1), System::nanoTime);
    }

    ModelPuller.Pulled pull(String what) throws InterruptedException {
        return puller().pull(what, null, listener);
    }

    static byte[] model(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        System.arraycopy("GGUF".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 4);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(PartFile.sha256().digest(bytes));
    }
}
