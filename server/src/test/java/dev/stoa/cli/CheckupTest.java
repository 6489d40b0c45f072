package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor finds in settings; the checks of the machine say what that machine is. */
class CheckupTest {
    @TempDir
    Path folder;

    private Finding settings() {
        return new Checkup(SettingsLoader.load(Map.of("data", folder.toString()), null), Map.of()).settings();
    }

    @Test
    void findsWhatServeWouldEndFor() throws IOException {
        assertThat(settings().level()).isEqualTo(Finding.Level.OK);
        Files.writeString(folder.resolve("stoa.yml"), "admin-key: short\n");
        assertThat(settings().level()).isEqualTo(Finding.Level.FAIL);
        assertThat(settings().what()).contains("STOA_ADMIN_KEY");
    }
}
