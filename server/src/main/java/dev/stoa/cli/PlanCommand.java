package dev.stoa.cli;

import dev.stoa.operations.MemoryPlans;
import dev.stoa.operations.StoaSettings;
import dev.stoa.store.ModelStore;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stoa plan}: the JVM's options for {@code serve} with the same flags, one line; the launcher asks for it. */
@Command(name = "plan", hidden = true, description = "Print the JVM options that serve would be started with.")
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private SettingsFlags flags = new SettingsFlags();

    @Option(names = "--log-format", hidden = true, description = "Taken and ignored, as serve's other flags.")
    private @Nullable String logFormat;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        StoaSettings settings = flags.load().settings();
        var plan = MemoryPlans.forModel(settings, new ModelStore(settings.modelsFolder()));
        var out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        out.println(String.join(" ", plan.options(Runtime.getRuntime().availableProcessors())));
        out.flush();
        return ExitCode.OK;
    }
}
