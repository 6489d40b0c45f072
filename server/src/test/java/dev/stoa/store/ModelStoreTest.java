package dev.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    @TempDir
    Path root;

    private ModelStore store;

    @BeforeEach
    void open() {
        store = at(Stage.NOW);
    }

    private ModelStore at(Instant time) {
        return new ModelStore(root, Stage.catalogue(List.of()), Clock.fixed(time, ZoneOffset.UTC));
    }

    private StoredModel add(ModelStore to, String name, byte[] content) throws IOException, InterruptedException {
        to.prepare();
        Path file = Files.write(to.blobs().resolve("from-test.part"), content);
        return to.add(ModelName.parse(name), file, content.length, Stage.sha256(content), "test", "MIT");
    }

    @Test
    void anEmptyStoreIsNoError() throws Exception {
        assertThat(store.list()).isEmpty();
        assertThat(store.find("nothing")).isEmpty();
        assertThat(store.find("nothing:q4")).isEmpty();
        assertThat(store.remove(ModelName.parse("nothing:q4"))).isFalse();
    }

    @Test
    void whatIsAddedIsFoundByAnotherInstance() throws Exception {
        StoredModel added = add(store, "m:q8_0", Stage.MODEL);
        assertThat(new ModelStore(root).find("M:Q8_0")).contains(added);
        assertThat(store.list()).containsExactly(added);
    }

    @Test
    void aNameAloneIsTheCataloguesVariantElseTheFirst() throws Exception {
        StoredModel first = add(store, "tiny-instruct:q8_0", Stage.model(100, 1));
        add(at(Stage.NOW.plusSeconds(1)), "tiny-instruct:a", Stage.model(100, 2));
        assertThat(store.find("tiny-instruct")).contains(first);
        StoredModel preferred = add(at(Stage.NOW.plusSeconds(2)), Stage.NAME, Stage.model(100, 3));
        assertThat(store.find("tiny-instruct")).contains(preferred);
    }

    @Test
    void theLastNameTakesTheFileWithIt() throws Exception {
        StoredModel one = add(store, "one:a", Stage.MODEL);
        StoredModel two = add(store, "two:b", Stage.MODEL);
        assertThat(one.path()).isEqualTo(two.path());
        assertThat(store.remove(one.id())).isTrue();
        assertThat(two.path()).exists();
        assertThat(store.remove(two.id())).isTrue();
        assertThat(two.path()).doesNotExist();
        assertThat(root.resolve("models/two")).doesNotExist();
    }

    @Test
    void aDownloadThatRunsSurvivesARemove() throws Exception {
        StoredModel model = add(store, "one:a", Stage.MODEL);
        Path part = Files.writeString(store.blobs().resolve("sha256-" + "a".repeat(64) + ".part"), "GGUF");
        store.remove(model.id());
        assertThat(part).exists();
    }

    @Test
    void damagedManifestsAreNamedAndHideNothingElse() throws Exception {
        StoredModel good = add(store, "good:a", Stage.MODEL);
        Path folder = Files.createDirectories(root.resolve("models/bad"));
        Files.writeString(folder.resolve("half.json"), "{\"name\": \"bad\", \"varia");
        Files.writeString(folder.resolve("empty.json"), "{}");
        Files.writeString(folder.resolve("moved.json"), Files.readString(root.resolve("models/good/a.json")));
        Files.writeString(
                folder.resolve("path.json"),
                Files.readString(root.resolve("models/good/a.json")).replace(good.sha256(), "../../../etc/passwd"));
        Files.write(folder.resolve("huge.json"), new byte[Manifests.MANIFEST_BYTES_MAX + 1]);
        assertThat(store.list()).containsExactly(good);
        assertThat(store.damaged()).hasSize(5);
        assertThatThrownBy(() -> store.find("bad:half")).hasMessageContaining("half.json is damaged");

        assertThat(store.remove(ModelName.parse("bad:half"))).isTrue();
        assertThat(store.damaged()).hasSize(4);
        assertThat(good.path())
                .as("while manifests are damaged no file is swept")
                .exists();
    }

    @Test
    void aFileThatIsGoneOrCutIsSaidSo() throws Exception {
        StoredModel model = add(store, "m:q4", Stage.MODEL);
        Files.write(model.path(), new byte[10]);
        assertThatThrownBy(() -> store.find("m:q4")).hasMessageContaining("does not have its size");
        Files.delete(model.path());
        assertThatThrownBy(() -> store.find("m")).hasMessageContaining("gone from the store");
    }

    @Test
    void namesAreChecked() {
        for (String bad : List.of("../m:a", "m:../a", "m:a/b", "m:", ":a", ".m:a", "m:a:b", "m a:b", "ä:b")) {
            assertThatThrownBy(() -> store.find(bad))
                    .as(bad)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.INVALID));
        }
        assertThat(ModelName.ofFile("../../Evil Name.gguf")).hasToString("evil-name:default");
        assertThat(ModelName.ofFile("Llama-3.2-1B-Instruct-Q4_K_M.gguf")).hasToString("llama-3.2-1b-instruct:q4_k_m");
        assertThat(ModelName.ofFile("x".repeat(300) + ".gguf").name()).hasSize(ModelName.NAME_LENGTH_MAX);
    }

    @Test
    void liesWhereTheEnvironmentSays() {
        Path data = Path.of("data");
        assertThat(ModelStore.locate(Map.of("STOA_MODELS", "/elsewhere"), data)).isEqualTo(Path.of("/elsewhere"));
        assertThat(ModelStore.locate(Map.of(), data)).isEqualTo(Path.of("data", "models"));
        assertThat(ModelStore.locate(Map.of("STOA_DATA", "/d"), null)).isEqualTo(Path.of("/d", "models"));
        assertThat(ModelStore.locate(Map.of(), null)).isEqualTo(Folders.data().resolve("models"));
    }
}
