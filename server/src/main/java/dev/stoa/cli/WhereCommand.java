package dev.stoa.cli;

import dev.stoa.store.StoreException;
import dev.stoa.store.StoredModel;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stoa where}: the file of a stored model, for scripts; the launcher's tests find theirs with it. */
@Command(name = "where", hidden = true, description = "Print the path of a stored model's file.")
final class WhereCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "name or name:variant.")
    private String name = "";

    @Mixin
    private StoreOptions storeOptions = new StoreOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        StoredModel model = storeOptions
                .store(System.getenv())
                .find(name)
                .orElseThrow(() -> new StoreException(
                        StoreException.Kind.NOT_FOUND, "There is no model " + name + " in the store."));
        var out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        out.println(model.path());
        out.flush();
        return ExitCode.OK;
    }
}
