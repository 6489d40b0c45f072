package dev.stoa.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicySourceTest {
    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();

    private void aSecondLater() {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void takesAChangedFileWithinASecondAndKeepsTheOldOneOverABadOne() throws IOException {
        Path file = folder.resolve("patterns.txt");
        PolicySource source = new PolicySource(file, nanos::get);
        assertThat(source.current().isEmpty()).isTrue();

        Files.writeString(file, "first rule\n");
        assertThat(source.current().isEmpty()).isTrue();
        aSecondLater();
        Policy first = source.current();
        assertThat(first.isEmpty()).isFalse();
        assertThat(first.version()).hasSize(12);

        Files.writeString(file, "first rule\nre:(broken\n");
        aSecondLater();
        assertThat(source.current()).isSameAs(first);

        Files.delete(file);
        aSecondLater();
        assertThat(source.current()).isSameAs(Policy.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "re:(a | line 1: not a regular expression",
                "re:^a | line 1: ^, $",
                "re:a* | line 1: the expression matches the empty text",
                "[Big Words] | line 1: a category is written",
                "text: | line 1: the pattern has no visible character"
            })
    void atStartABadFileStopsTheServerAndNamesTheLine(String content, String message) throws IOException {
        Path file = folder.resolve("patterns.txt");
        Files.writeString(file, content);
        assertThatThrownBy(() -> new PolicySource(file, nanos::get))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(message);
    }
}
