package dev.stoa.inference;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Begins to load the model before the service's context is made: both take seconds and each keeps one core busy, so
 * side by side they halve the wait. Hands its engine over once; any other file is loaded as usual.
 */
public final class EarlyLoad implements EngineLoader, ApplicationContextInitializer<ConfigurableApplicationContext> {
    private final Path file;
    private final EngineOptions options;
    private final FutureTask<Engine> engine;
    private boolean taken;

    private EarlyLoad(Path file, EngineOptions options) {
        this.file = file;
        this.options = options;
        this.engine = new FutureTask<>(() -> Engine.load(file, options));
    }

    /** Starts loading; errors are kept for the one who asks for the engine. */
    public static EarlyLoad begin(Path file, EngineOptions options) {
        EarlyLoad early = new EarlyLoad(file, options);
        Thread.ofPlatform().name("stoa-early-load").daemon().start(early.engine);
        return early;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        context.getBeanFactory().registerSingleton("engineLoader", this);
    }

    @Override
    public synchronized Engine load(Path wanted) {
        if (taken || !wanted.equals(file)) {
            return Engine.load(wanted, options);
        }
        taken = true;
        try {
            return engine.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("loading " + file + " failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while loading " + file, e);
        }
    }
}
