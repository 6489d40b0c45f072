package dev.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPullerTest {
    @TempDir
    Path folder;

    FakeHub hub;
    Stage stage;

    @BeforeEach
    void open() throws IOException {
        hub = new FakeHub(Stage.MODEL);
        stage = new Stage(folder, hub.uri(), List.of());
    }

    @AfterEach
    void close() throws IOException {
        hub.close();
        assertNoFileIsHalf();
    }

    /** Whatever a test did: every blob has the content its name says, every manifest its blob. */
    private void assertNoFileIsHalf() throws IOException {
        if (!Files.exists(stage.store.blobs())) {
            return;
        }
        try (Stream<Path> blobs = Files.list(stage.store.blobs())) {
            for (Path blob : blobs.filter(
                            file -> PartFile.keyOf(file.getFileName().toString()) == null)
                    .toList()) {
                assertThat(blob.getFileName()).hasToString("sha256-" + Stage.sha256(Files.readAllBytes(blob)));
            }
        }
        for (StoredModel model : stage.store.list()) {
            assertThat(model.path()).exists().hasSize(model.size());
        }
    }

    private Path part() {
        return stage.store.blobs().resolve("sha256-" + Stage.SHA256 + ".part");
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(stage.store.blobs())) {
            return files.filter(file -> PartFile.keyOf(file.getFileName().toString()) != null)
                    .toList();
        }
    }

    private StoreLock lockOf(String key) throws IOException, InterruptedException {
        stage.store.prepare();
        return stage.store.lock(key, () -> {});
    }

    @Test
    void pullsByCatalogueNameAndFindsItThereAgain() throws Exception {
        ModelPuller.Pulled first = stage.pull("tiny-instruct");
        assertThat(first.alreadyThere()).isFalse();
        assertThat(first.model().id()).hasToString(Stage.NAME);
        assertThat(first.model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(first.model().licence()).isEqualTo("Apache-2.0");
        assertThat(first.model().addedAt()).isEqualTo(Stage.NOW);
        assertThat(hub.requests().getFirst()).containsEntry(":path", "/owner/tiny-GGUF/resolve/main/tiny.gguf");

        assertThat(stage.pull(Stage.NAME).alreadyThere()).isTrue();
        assertThat(hub.requests()).hasSize(1);
        assertThat(leftovers()).isEmpty();
        PullListener.Status last = stage.statuses.getLast();
        assertThat(last.done()).isEqualTo(last.total()).isEqualTo(Stage.MODEL.length);
    }

    @Test
    void goesOnAfterADroppedConnection() throws Exception {
        hub.then(FakeHub.dropsAfter(100_000));
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        Map<String, String> second = hub.requests().get(1);
        assertThat(second.get("range")).matches("bytes=[1-9]\\d*-");
        assertThat(second).containsEntry("if-range", "\"v1\"");
        assertThat(stage.waits).hasSize(1);
    }

    @Test
    void anotherRunGoesOnWhereOneWasCutOff() throws Exception {
        hub.then(FakeHub.dropsAfter(100_000), FakeHub.status(503), FakeHub.status(503), FakeHub.status(503));
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNREACHABLE))
                .hasMessageContaining("goes on from there");
        long kept = Files.size(part());
        assertThat(kept).isPositive();

        stage = new Stage(folder, hub.uri(), List.of());
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(hub.requests().getLast()).containsEntry("range", "bytes=" + kept + "-");
        assertThat(stage.statuses).anyMatch(status -> status.phase() == PullPhase.VERIFYING);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aWholePartNeedsNoRequest() throws Exception {
        stage.store.prepare();
        Files.write(part(), Stage.MODEL);
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void aDamagedPartIsFoundOutAndRemoved() throws Exception {
        stage.store.prepare();
        byte[] wrong = Stage.MODEL.clone();
        wrong[50_000] ^= 1;
        Files.write(part(), Arrays.copyOf(wrong, 100_000));
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(Stage.SHA256);
        assertThat(leftovers()).isEmpty();
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
    }

    @Test
    void beginsAnewWhereTheServerIgnoresRange() throws Exception {
        hub.then(FakeHub.dropsAfter(100_000), FakeHub.IGNORES_RANGE);
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
    }

    @Test
    void beginsAnewWhereTheFileHasChanged() throws Exception {
        byte[] changed = Stage.model(200_000, 8);
        hub.then(FakeHub.dropsAfter(100_000), (fake, exchange) -> {
            fake.file = changed;
            fake.etag = "\"v2\"";
            FakeHub.WELL.answer(fake, exchange);
        });
        StoredModel model = stage.pull(hub.uri() + "/files/My_Model-Q8_0.gguf").model();
        assertThat(model.path()).hasBinaryContent(changed);
        assertThat(model.id()).hasToString("my_model:q8_0");
        assertThat(hub.requests().get(1)).containsEntry("if-range", "\"v1\"");
    }

    @Test
    void withoutAnyValidatorAnUnknownFileIsNotGoneOnWith() throws Exception {
        hub.etag = "W/\"weak\"";
        hub.then(FakeHub.dropsAfter(100_000));
        assertThat(stage.pull(hub.uri() + "/a.gguf").model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(hub.requests().get(1)).doesNotContainKey("range");
    }

    @Test
    void aSilentServerIsGivenUpAfterTheIdleTimeout() throws Exception {
        hub.then(FakeHub.hangsAfter(100_000));
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(stage.notices).anyMatch(notice -> notice.contains("no data"));
    }

    @Test
    void aWrongFileIsRemoved() throws Exception {
        hub.file = Stage.model(Stage.MODEL.length, 9);
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.CORRUPT));
        assertThat(leftovers()).isEmpty();
        assertThat(stage.store.list()).isEmpty();
    }

    @Test
    void aFileOfAnotherSizeIsRefusedBeforeItIsFetched() throws Exception {
        hub.file = Stage.model(Stage.MODEL.length + 1, 9);
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("as the catalogue says");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aPageIsNotAModel() throws Exception {
        hub.then(FakeHub.says("<!doctype html><title>Sign in to the network</title>"));
        assertThatThrownBy(() -> stage.pull(hub.uri() + "/a.gguf")).hasMessageContaining("not a GGUF file");
        hub.then(FakeHub.says(""));
        assertThatThrownBy(() -> stage.pull(hub.uri() + "/a.gguf")).hasMessageContaining("not a GGUF file");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void refusalsAreSaidPlainly() {
        hub.then(FakeHub.status(403));
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("HF_TOKEN");
        hub.then(FakeHub.status(404));
        assertThatThrownBy(() -> stage.pull("owner/repo/none.gguf"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.NOT_FOUND));
        assertThat(hub.requests()).hasSize(2);
    }

    @Test
    void waitsLongerEachTimeAndNeverForEver() {
        hub.then(FakeHub.status(500), FakeHub.status(429), FakeHub.status(503));
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("HTTP 503");
        assertThat(stage.waits).hasSize(2);
        assertThat(stage.waits.get(0)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
        assertThat(stage.waits.get(1)).isBetween(Duration.ofMillis(400), Duration.ofMillis(800));
    }

    @Test
    void theTokenGoesToTheHubAndNotWhereItSendsUs() throws Exception {
        stage.token = "hf_secret";
        try (FakeHub store = new FakeHub(Stage.MODEL)) {
            hub.then(
                    FakeHub.redirectsTo(store.uri() + "/cdn/abc", Map.of("X-Linked-Etag", "\"" + Stage.SHA256 + "\"")));
            StoredModel model = stage.pull("hf:owner/repo/sub/Tiny.Q4_0.gguf").model();
            assertThat(model.id()).hasToString("tiny:q4_0");
            assertThat(hub.requests().getFirst()).containsEntry("authorization", "Bearer hf_secret");
            assertThat(store.requests().getFirst()).doesNotContainKey("authorization");
        }
    }

    @Test
    void theHubsOwnDigestIsChecked() throws Exception {
        try (FakeHub store = new FakeHub(Stage.MODEL)) {
            hub.then(FakeHub.redirectsTo(store.uri() + "/cdn", Map.of("X-Linked-Etag", "\"" + "0".repeat(64) + "\"")));
            assertThatThrownBy(() -> stage.pull("owner/repo/a.gguf")).hasMessageContaining("damaged");
        }
    }

    @Test
    void redirectsWithoutEndAreCut() {
        FakeHub.Behaviour round = FakeHub.redirectsTo("/again", Map.of());
        hub.then(round, round, round, round, round, round);
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("redirects without end");
    }

    @Test
    void nobodyThereIsSaidSoon() throws Exception {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        Stage alone = new Stage(folder, nobody, List.of());
        assertThatThrownBy(() -> alone.pull("tiny-instruct"))
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("stoa pull PATH");
        assertThat(alone.waits).hasSize(2);
    }

    @Test
    void aFullDiskIsFoundBeforeTheDownload() throws Exception {
        stage.disk = new Disk() {
            @Override
            public long usableBytes(Path folder) {
                return 1000;
            }
        };
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.DISK_FULL))
                .hasMessageContaining("67.4 MB needed")
                .hasMessageContaining("1.00 kB free");
        assertThat(part()).doesNotExist();
    }

    @Test
    void aDiskThatFillsUpKeepsThePart() throws Exception {
        stage.disk = new Disk() {
            @Override
            public OutputStream append(Path file) throws IOException {
                OutputStream real = Disk.super.append(file);
                return new OutputStream() {
                    private int room = 100_000;

                    @Override
                    public void write(int b) {
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public void write(byte[] bytes) throws IOException {
                        room -= bytes.length;
                        if (room < 0) {
                            throw new IOException("No space left on device");
                        }
                        real.write(bytes);
                    }

                    @Override
                    public void close() throws IOException {
                        real.close();
                    }
                };
            }
        };
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .hasMessageContaining("The disk is full")
                .hasMessageContaining("kept");
        assertThat(Files.size(part())).isBetween(1L, 100_000L);
        assertThat(hub.requests()).as("a full disk is not worth a retry").hasSize(1);

        stage.disk = Disk.REAL;
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
    }

    @Test
    void twoPullsOfOneModelFetchItOnce() throws Exception {
        ModelStore second = new ModelStore(folder, Stage.catalogue(List.of()), Clock.systemUTC());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                StoreLock held = lockOf("sha256-" + Stage.SHA256)) {
            var one = threads.submit(() -> stage.pull("tiny-instruct"));
            var two = threads.submit(() -> stage.pull("tiny-instruct"));
            held.close();
            List<Boolean> there = List.of(
                    one.get(20, TimeUnit.SECONDS).alreadyThere(),
                    two.get(20, TimeUnit.SECONDS).alreadyThere());
            assertThat(there).containsExactlyInAnyOrder(true, false);
        }
        assertThat(hub.requests()).hasSize(1);
        assertThat(second.find("tiny-instruct")).isPresent();
    }

    @Test
    void anInterruptKeepsThePart() throws Exception {
        hub.then(FakeHub.hangsAfter(100_000));
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        PullListener interrupter = new PullListener() {
            @Override
            public void onProgress(Status status) {
                if (status.phase() == PullPhase.DOWNLOADING) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        Thread pulling = Thread.ofVirtual().start(() -> {
            try {
                stage.puller().pull("tiny-instruct", null, interrupter);
                end.complete(new AssertionError("not stopped"));
            } catch (InterruptedException | RuntimeException e) {
                end.complete(e);
            }
        });
        assertThat(end.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        pulling.join();
        assertThat(stage.store.list()).isEmpty();
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
    }

    @Test
    void takesInAFileOfThisMachine() throws Exception {
        Path file = folder.resolve("Own-Model.Q5_K_M.gguf");
        Files.write(file, Stage.MODEL);
        StoredModel model = stage.pull(file.toString()).model();
        assertThat(model.id()).hasToString("own-model:q5_k_m");
        assertThat(model.path()).hasBinaryContent(Stage.MODEL);
        assertThat(file).exists();

        Files.writeString(folder.resolve("text.gguf"), "not a model");
        assertThatThrownBy(() -> stage.pull(folder.resolve("text.gguf").toString()))
                .hasMessageContaining("not a GGUF file");
        assertThatThrownBy(() -> stage.pull(folder.resolve("none.gguf").toString()))
                .hasMessageContaining("There is no file");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void anotherFileDoesNotTakeAName() throws Exception {
        stage.pull("tiny-instruct");
        hub.file = Stage.model(1000, 10);
        assertThatThrownBy(() -> stage.puller().pull("o/r/x.gguf", Stage.NAME, PullListener.NONE))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.CONFLICT));
        Path other = folder.resolve("other.gguf");
        Files.write(other, hub.file);
        assertThatThrownBy(() -> stage.puller().pull(other.toString(), Stage.NAME, PullListener.NONE))
                .hasMessageContaining("already the name");
        assertThat(stage.store.find(Stage.NAME).orElseThrow().sha256()).isEqualTo(Stage.SHA256);
    }

    @Test
    void aStoreThatCannotBeMadeIsSaidPlainly() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Stage blocked = new Stage(file.resolve("store"), hub.uri(), List.of());
        assertThatThrownBy(() -> blocked.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.IO))
                .hasMessageContaining(file.toString());
    }

    @Test
    void namesAreNoPaths() {
        for (String name : List.of("../evil", "a/b", "a:../x", "..", "", "a:", ":q4", "a\\b", "x".repeat(200))) {
            if (!name.isEmpty()) {
                assertThatThrownBy(() -> stage.puller().pull("tiny-instruct", name, PullListener.NONE))
                        .as(name)
                        .isInstanceOfSatisfying(
                                StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.INVALID));
            }
        }
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void oldLeftoversGoAndYoungOnesStay() throws Exception {
        stage.store.prepare();
        Path old = stage.store.blobs().resolve("from-old.part");
        Path young = stage.store.blobs().resolve("from-young.part");
        for (Path part : List.of(old, young)) {
            Files.writeString(part, "GGUF");
        }
        Files.setLastModifiedTime(old, FileTime.from(Stage.NOW.minus(Duration.ofDays(8))));
        Files.setLastModifiedTime(young, FileTime.from(Stage.NOW.minus(Duration.ofDays(6))));
        stage.pull("tiny-instruct");
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void aDamagedManifestIsWrittenAnewWithoutADownload() throws Exception {
        stage.pull("tiny-instruct");
        Path manifest = folder.resolve("models/tiny-instruct/q4_0.json");
        Files.writeString(manifest, "{\"name\": \"tiny-ins");
        assertThatThrownBy(() -> stage.store.find(Stage.NAME)).hasMessageContaining("damaged");
        assertThat(stage.pull("tiny-instruct").model().path()).exists();
        assertThat(stage.store.find(Stage.NAME)).isPresent();
        assertThat(hub.requests()).hasSize(1);
    }
}
