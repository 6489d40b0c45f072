package dev.stoa.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static SecretBox box(int fill) {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        Arrays.fill(key, (byte) fill);
        return new SecretBox(key, RANDOM);
    }

    @Test
    void givesBackWhatItSealedAndShowsNothingOfIt() {
        byte[] sealed = box(1).seal("upstream:a", "sk-a-secret");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        assertThat(box(1).open("upstream:a", sealed)).isEqualTo("sk-a-secret");
        assertThat(box(1).seal("upstream:a", "sk-a-secret")).isNotEqualTo(sealed);
    }

    @Test
    void opensNothingForAnotherKeyOrOwnerOrOfAChangedSecret() {
        byte[] sealed = box(1).seal("upstream:a", "sk-a-secret");
        assertThatThrownBy(() -> box(2).open("upstream:a", sealed)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> box(1).open("upstream:b", sealed)).isInstanceOf(IllegalArgumentException.class);
        sealed[sealed.length - 1] ^= 1;
        assertThatThrownBy(() -> box(1).open("upstream:a", sealed)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> box(1).open("upstream:a", new byte[5])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theKeyOfAFolderIsMadeOnceAndForNobodyElse(@TempDir Path folder) throws IOException {
        MasterKey none = new MasterKey("", "");
        byte[] key = none.bytes(folder, RANDOM);
        assertThat(none.bytes(folder, RANDOM)).isEqualTo(key);
        Path file = folder.resolve("master.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactly("master.key");
        assertThat(new MasterKey(Base64.getEncoder().encodeToString(key), "").bytes(folder, RANDOM))
                .isEqualTo(key);
        assertThat(new MasterKey("", file.toString()).bytes(folder, RANDOM)).isEqualTo(key);
        assertThatThrownBy(() -> new MasterKey("c2hvcnQ=", "").bytes(folder, RANDOM))
                .hasMessageContaining("32 bytes");
    }

    /** A file that has its name before its bytes would be seen empty, as after a crash. */
    @Test
    void theKeyOfAFolderIsWholeAsSoonAsItIsThere(@TempDir Path parent) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 100; i++) {
                Path folder = Files.createDirectory(parent.resolve("folder-" + i));
                Callable<String> read = () -> Arrays.toString(new MasterKey("", "").bytes(folder, RANDOM));
                Set<String> keys = new HashSet<>();
                for (Future<String> key : threads.invokeAll(Collections.nCopies(4, read))) {
                    keys.add(key.get());
                }
                assertThat(keys).hasSize(1);
            }
        }
    }
}
