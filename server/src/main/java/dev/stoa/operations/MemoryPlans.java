package dev.stoa.operations;

import dev.stoa.store.CatalogueEntry;
import dev.stoa.store.ModelStore;
import dev.stoa.store.StoreException;
import dev.stoa.store.StoredModel;

/** Plans the JVM for the model that the settings name. */
public final class MemoryPlans {
    private MemoryPlans() {}

    /** By the model's file where it is here, else by the catalogue, else as for the default model. */
    public static JvmPlan forModel(StoaSettings settings, ModelStore store) {
        var kvCache = settings.engine().kvCache();
        return JvmPlan.of(
                modelBytes(settings.model(), store),
                kvCache == null ? 0 : kvCache.toBytes(),
                settings.limits().inFlight(),
                MachineMemory.total());
    }

    private static long modelBytes(String model, ModelStore store) {
        long fallback = store.catalogue().defaultModel().size();
        try {
            return store.find(model)
                    .map(StoredModel::size)
                    .or(() -> store.catalogue().find(model).map(CatalogueEntry::size))
                    .orElse(fallback);
        } catch (StoreException e) {
            // A damaged or misnamed model is reported by whoever loads it; a plan is needed all the same.
            return fallback;
        }
    }
}
