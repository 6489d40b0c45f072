package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.store.ModelStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator allows is what the JVM is planned for. */
class MemoryPlansTest {
    @TempDir
    Path folder;

    @Test
    void plansForTheRequestsThatTheSettingsAllow() {
        long more = wanted("10512") - wanted("512");
        assertThat(more).isEqualTo(10_000 * JvmPlan.REQUEST_BYTES);
    }

    private long wanted(String inFlight) {
        StoaSettings settings = SettingsLoader.load(
                        Map.of("data", folder.toString(), "engine.kv-cache", "64MB", "limits.in-flight", inFlight),
                        null)
                .settings();
        return MemoryPlans.forModel(settings, new ModelStore(settings.modelsFolder()))
                .wantedBytes();
    }
}
