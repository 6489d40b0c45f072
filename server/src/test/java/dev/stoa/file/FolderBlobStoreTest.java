package dev.stoa.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents in a folder: whole under their hash or absent. */
class FolderBlobStoreTest {
    private static final String HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    Path folder;

    private long free = 1L << 40;
    private FolderBlobStore store;

    @BeforeEach
    void open() {
        store = new FolderBlobStore(folder, 1 << 20, _ -> free, Clock.systemUTC());
    }

    private BlobStore.Staged stage(String text) throws IOException {
        return store.stage(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 100);
    }

    private long entries() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(java.nio.file.Files::isRegularFile).count();
        }
    }

    private String read(String hash) throws IOException {
        try (InputStream in = store.open(hash)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void equalContentsLieThereOnce() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (BlobStore.Staged staged = stage("hello")) {
                assertThat(staged.hash()).isEqualTo(HELLO_SHA256);
                assertThat(staged.bytes()).isEqualTo(5);
                staged.publish();
            }
        }
        assertThat(read(HELLO_SHA256)).isEqualTo("hello");
        assertThat(entries()).isEqualTo(1);
        store.delete(HELLO_SHA256);
        store.delete(HELLO_SHA256);
        assertThat(entries()).isZero();
    }

    @Test
    void whatIsNotPublishedIsDropped() throws IOException {
        try (BlobStore.Staged staged = stage("hello")) {
            assertThat(entries()).isEqualTo(1);
        }
        assertThat(entries()).isZero();
    }

    @Test
    void tooMuchIsRefusedAndDropped() throws IOException {
        stage("x".repeat(100)).close();
        assertThatThrownBy(() -> stage("x".repeat(101)))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TOO_LARGE));
        assertThat(entries()).isZero();
    }

    @Test
    void aDiskWithoutRoomIsTheServersFault() throws IOException {
        free = 1 << 20;
        assertThatThrownBy(() -> stage("hello"))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED));
        assertThat(entries()).isZero();
    }

    @Test
    void aClientThatBreaksOffLeavesNothing() throws IOException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        assertThatThrownBy(() -> store.stage(broken, 100))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        assertThat(entries()).isZero();
    }

    @Test
    void aSweepPassesOverWhatOthersHaveLeftInTheFolder() throws IOException {
        Files.createDirectories(folder.resolve("lost+found"));
        Files.writeString(folder.resolve("lost+found/ab"), "x");
        Files.writeString(folder.resolve(".DS_Store"), "x");
        try (BlobStore.Staged staged = stage("hello")) {
            staged.publish();
        }
        Files.writeString(folder.resolve(HELLO_SHA256.substring(0, 2)).resolve("x"), "x");
        List<String> blobs = new ArrayList<>();
        store.sweep(Clock.systemUTC().instant().plus(Duration.ofHours(1)), blobs::add);
        assertThat(blobs).containsExactly(HELLO_SHA256);
    }

    @Test
    void aSweepTakesOldUploadsAndNamesOldBlobs() throws IOException {
        try (BlobStore.Staged staged = stage("hello")) {
            staged.publish();
        }
        BlobStore.Staged abandoned = stage("abandoned");
        List<String> blobs = new ArrayList<>();
        store.sweep(Clock.systemUTC().instant().minus(Duration.ofHours(1)), blobs::add);
        assertThat(blobs).isEmpty();
        assertThat(entries()).isEqualTo(2);
        store.sweep(Clock.systemUTC().instant().plus(Duration.ofHours(1)), blobs::add);
        assertThat(blobs).containsExactly(HELLO_SHA256);
        assertThat(entries()).isEqualTo(1);
        abandoned.close();
    }
}
