package dev.stoa.cli;

import dev.stoa.StoaApplication;
import dev.stoa.identity.FirstStart;
import dev.stoa.inference.EarlyLoad;
import dev.stoa.operations.JvmPlan;
import dev.stoa.operations.MemoryPlans;
import dev.stoa.operations.PortOwner;
import dev.stoa.operations.SettingsLoader;
import dev.stoa.operations.StoaSettings;
import dev.stoa.store.ModelStore;
import dev.stoa.store.Sizes;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code stoa serve}: starts the service and says how to use it. SIGTERM and Ctrl-C drain: the port closes to new
 * requests, running ones end within {@code --drain}, then the pool and PostgreSQL stop, and the process ends with 0.
 */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Start the service: chat page, API, engine and database.",
        footer = {
            "",
            "A flag with a variable (in brackets) has a line in the config file too; a flag beats a variable, a variable",
            "beats the file. STOA_ADMIN_KEY presets the first API key.",
            "After SIGTERM or Ctrl-C the exit code is 0 when everything was put away."
        })
public final class ServeCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

    /** How log lines look. */
    enum LogFormat {
        TEXT,
        JSON
    }

    @Mixin
    private SettingsFlags flags = new SettingsFlags();

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "Log lines for people (text) or for machines (json).")
    private LogFormat logFormat = LogFormat.TEXT;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        SettingsLoader loader = flags.load();
        loader.check();
        StoaSettings settings = loader.settings();
        PortOwner.requireFree(settings.bind(), settings.port());
        CompletableFuture<ConfigurableApplicationContext> starting = new CompletableFuture<>();
        // Before the start, as it leaves a database server behind if nobody stops it.
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("stoa-drain").unstarted(() -> drain(starting)));
        startAndTell(loader, starting, out);
        CountDownLatch stopped = new CountDownLatch(1);
        // Until the process is told to end: the hook drains and ends it.
        stopped.await();
        return ExitCode.OK;
    }

    /** The start is done when the welcome is printed: a stop meanwhile waits, as a first key is shown only once. */
    private void startAndTell(
            SettingsLoader loader, CompletableFuture<ConfigurableApplicationContext> starting, PrintWriter out) {
        try {
            ConfigurableApplicationContext context = start(loader);
            welcome(context, loader.settings(), out);
            starting.complete(context);
        } finally {
            // A start that failed has put its parts away itself.
            starting.cancel(false);
        }
    }

    private static void welcome(ConfigurableApplicationContext context, StoaSettings settings, PrintWriter out) {
        try {
            warnOfMemory(settings, context.getBean(ModelStore.class));
            Welcome.print(out, context, settings, context.getBean(FirstStart.class));
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    private ConfigurableApplicationContext start(SettingsLoader loader) {
        Map<String, Object> fixed = new HashMap<>(loader.resolved().getSource());
        if (logFormat == LogFormat.JSON) {
            fixed.put("logging.structured.format.console", "logstash");
        }
        loader.environment().getPropertySources().addFirst(new MapPropertySource("stoa", fixed));
        SpringApplication application = new SpringApplication(StoaApplication.class);
        application.setEnvironment(loader.environment());
        application.setRegisterShutdownHook(false);
        application.setLogStartupInfo(false);
        StoaSettings settings = loader.settings();
        ModelStore store = new ModelStore(settings.modelsFolder());
        long kvCache = MemoryPlans.forModel(settings, store).kvCacheBytes();
        store.find(settings.model())
                .map(model -> EarlyLoad.begin(model.path(), settings.engine().options(kvCache)))
                .ifPresent(application::addInitializers);
        try {
            return application.run();
        } catch (RuntimeException e) {
            if (hasCause(e, PortInUseException.class)) {
                throw PortOwner.taken(settings.bind(), settings.port());
            }
            throw e;
        }
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The last act of the process; a start in progress is let through to its end first, since what it has opened is
     * known only then. Halts at its end, because the JVM would report the signal (143, 130) as its exit code
     * though nothing went wrong; the other hooks of this process have nothing to save.
     */
    private static void drain(CompletableFuture<ConfigurableApplicationContext> starting) {
        int code = ExitCode.OK;
        try {
            if (!starting.isDone()) {
                log.info("Told to stop while starting: stops when it has started");
            }
            ConfigurableApplicationContext context = starting.join();
            log.info("Draining: no new requests; running ones may end");
            context.close();
            log.info("Stopped");
            ClassCache.announce();
        } catch (CancellationException e) {
            // The start failed and says why itself.
            code = ExitCode.FAILURE;
        } catch (RuntimeException e) {
            // Nobody is above this thread: say it, and let the exit code say it too.
            log.error("Could not stop cleanly", e);
            code = ExitCode.FAILURE;
        }
        Runtime.getRuntime().halt(code);
    }

    private static void warnOfMemory(StoaSettings settings, ModelStore store) {
        JvmPlan plan = MemoryPlans.forModel(settings, store);
        long heap = Runtime.getRuntime().maxMemory();
        if (!plan.fits()) {
            log.warn(
                    "The model and limits.in-flight want {} of heap and this machine can give {}: it may not load, or"
                            + " run out of memory. `./stoa models` lists smaller ones",
                    Sizes.format(plan.wantedBytes()),
                    Sizes.format(plan.heapBytes()));
        } else if (heap < plan.heapBytes() / 10 * 9) {
            log.warn(String.format(
                    Locale.ROOT,
                    "This JVM has %s of heap and the plan is %s: start it with ./stoa serve",
                    Sizes.format(heap),
                    Sizes.format(plan.heapBytes())));
        }
    }
}
