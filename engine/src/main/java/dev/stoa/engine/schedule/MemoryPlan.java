package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.model.Model;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;

/**
 * How much memory keys and values get, and how long a request may therefore be.
 *
 * @param blocks blocks for keys and values
 * @param contextLength tokens of prompt and output of one request at most
 */
record MemoryPlan(int blocks, int contextLength) {
    private static final Logger LOG = System.getLogger(MemoryPlan.class.getName());

    /** The part of the heap's rest that keys and values may take; the other part is for buffers and requests. */
    private static final double HEAP_SHARE = 0.7;

    /** @throws ModelLoadException if not even one block fits */
    static MemoryPlan make(Path file, Model model, EngineOptions options) {
        KvLayout layout = model.kvLayout(options.kvType());
        int trained = model.config().contextLength();
        int wanted = Math.min(trained, options.contextLength().orElse(trained));
        long bytes = Math.min(options.kvCacheBytes(), heapRest());
        long affordable = bytes / layout.blockBytes();
        long useful = (long) KvLayout.blocks(wanted) * options.maxRunning();
        int blocks = (int) Math.min(Integer.MAX_VALUE, Math.min(affordable, useful));
        if (blocks < 1) {
            throw new ModelLoadException(file + ": a block of keys and values takes " + layout.blockBytes()
                    + " bytes, but only " + bytes + " may be used");
        }
        int context = (int) Math.min(wanted, (long) blocks * KvLayout.TOKENS);
        if (context < wanted) {
            LOG.log(
                    Level.WARNING,
                    "The context is cut from {0} to {1} tokens: {2} bytes for keys and values hold no more",
                    wanted,
                    context,
                    bytes);
        }
        return new MemoryPlan(blocks, context);
    }

    private static long heapRest() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return (long) ((runtime.maxMemory() - used) * HEAP_SHARE);
    }
}
