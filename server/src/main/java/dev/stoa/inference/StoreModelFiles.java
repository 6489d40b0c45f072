package dev.stoa.inference;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.store.ModelPuller;
import dev.stoa.store.ModelStore;
import dev.stoa.store.PullListener;
import dev.stoa.store.PullPhase;
import dev.stoa.store.StoreException;
import dev.stoa.store.StoredModel;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The served model out of the store, pulled into it first where it is missing. */
final class StoreModelFiles implements ModelFiles {
    private static final Logger log = LoggerFactory.getLogger(StoreModelFiles.class);

    private final ModelStore store;
    private final String name;
    private final Map<String, String> environment;

    /** @param name {@code name:variant}, or a name alone */
    StoreModelFiles(ModelStore store, String name, Map<String, String> environment) {
        this.store = store;
        this.name = name;
        this.environment = environment;
    }

    @Override
    public String id() {
        return name.contains(":")
                ? name
                : store.catalogue()
                        .find(name)
                        .map(entry -> entry.id().toString())
                        .orElse(name);
    }

    @Override
    public Found fetch(Progress progress) throws InterruptedException {
        try {
            Optional<StoredModel> here = store.find(name);
            return here.isPresent() ? found(here.get()) : pull(progress);
        } catch (StoreException e) {
            throw new ModelLoadException(String.valueOf(e.getMessage()), e);
        }
    }

    private Found pull(Progress progress) throws InterruptedException {
        log.info("Fetching the model {}", name);
        PullListener listener = new PullListener() {
            @Override
            public void onProgress(Status status) {
                // Only the download is worth showing; the rest takes moments.
                if (status.phase() == PullPhase.DOWNLOADING) {
                    progress.at(status.done(), status.total());
                }
            }

            @Override
            public void onNotice(String sentence) {
                log.info("{}", sentence);
            }
        };
        return found(
                new ModelPuller(store, environment).pull(name, null, listener).model());
    }

    private static Found found(StoredModel model) {
        return new Found(model.id().toString(), model.path(), model.addedAt());
    }
}
