package dev.stoa.cli;

import dev.stoa.store.ModelPuller;
import dev.stoa.store.ModelStore;
import dev.stoa.store.Sizes;
import dev.stoa.store.StoreException;
import dev.stoa.store.StoredModel;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stoa pull}: brings a model into the store. Ctrl-C keeps what was fetched. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        description = "Bring a model into the model store.",
        footer = {
            "",
            "Examples:",
            "  stoa pull smollm2-135m-instruct",
            "  stoa pull Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf",
            "  stoa pull ./my-model.gguf --name mine:q4",
            "",
            "A pull that was stopped goes on when the same command is run again."
        })
public final class PullCommand implements Callable<Integer> {
    /** How long Ctrl-C waits for the part to be closed; the process ends anyway then. */
    private static final Duration STOP_WAIT = Duration.ofSeconds(3);

    @Parameters(
            paramLabel = "MODEL",
            description = "A name of the catalogue, owner/repo/file.gguf on Hugging Face, an address, or a path.")
    private String model = "";

    @Option(names = "--name", paramLabel = "NAME", description = "What to call it: name or name:variant.")
    private @Nullable String name;

    @Mixin
    private StoreOptions storeOptions = new StoreOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;

    /** Reads the process's own environment. */
    public PullCommand() {
        this(System.getenv());
    }

    PullCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        CommandSpec given = Objects.requireNonNull(spec, "picocli sets it");
        return pull(given.commandLine().getOut(), given.commandLine().getErr());
    }

    private int pull(PrintWriter out, PrintWriter err) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread stop = stopHook(Thread.currentThread(), ended, err);
        Runtime.getRuntime().addShutdownHook(stop);
        try (ProgressBar progress = new ProgressBar(err, ProgressBar.onTerminal(), System::nanoTime)) {
            ModelStore store = storeOptions.store(environment);
            ModelPuller.Pulled pulled = new ModelPuller(store, environment).pull(model, name, progress);
            progress.close();
            report(pulled, out);
            return ExitCode.OK;
        } catch (StoreException e) {
            err.println("stoa pull: " + e.getMessage());
            return e.kind() == StoreException.Kind.INVALID ? ExitCode.USAGE : ExitCode.FAILURE;
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        } finally {
            ended.countDown();
            forget(stop);
        }
    }

    private static void report(ModelPuller.Pulled pulled, PrintWriter out) {
        StoredModel model = pulled.model();
        out.println((pulled.alreadyThere() ? "Already there: " : "Pulled ") + model.id() + "  "
                + Sizes.format(model.size()) + "  sha256 " + model.sha256().substring(0, 12) + "…  " + model.licence());
        out.println("Use it: stoa serve --model " + model.id());
        out.flush();
    }

    private static Thread stopHook(Thread pulling, CountDownLatch ended, PrintWriter err) {
        return new Thread(
                () -> {
                    pulling.interrupt();
                    try {
                        if (!ended.await(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                            return; // the part file needs no closing to be valid
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    err.println("Stopped. What was fetched is kept: run the same command again to go on.");
                    err.flush();
                },
                "stoa-pull-stop");
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending: the hook runs, and waits for what we have just done
        }
    }
}
