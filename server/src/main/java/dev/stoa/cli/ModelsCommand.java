package dev.stoa.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.stoa.store.Catalogue;
import dev.stoa.store.CatalogueEntry;
import dev.stoa.store.ModelName;
import dev.stoa.store.ModelStore;
import dev.stoa.store.Sizes;
import dev.stoa.store.StoreException;
import dev.stoa.store.StoredModel;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code stoa models}: what is in the store, what the catalogue has, and which of it suits this machine. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "List the models in the store and in the catalogue.",
        subcommands = ModelsCommand.Remove.class)
public final class ModelsCommand implements Callable<Integer> {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;

    @Option(names = "--json", description = "One JSON object instead of tables.")
    private boolean json;

    @Option(names = "--path", paramLabel = "NAME", description = "Print the path of one model's file, for scripts.")
    private @Nullable String path;

    @Mixin
    private StoreOptions storeOptions = new StoreOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;
    private final long memoryBytes;

    /** Reads the process's own environment and this machine's memory. */
    public ModelsCommand() {
        this(System.getenv(), machineMemoryBytes());
    }

    ModelsCommand(Map<String, String> environment, long memoryBytes) {
        this.environment = environment;
        this.memoryBytes = memoryBytes;
    }

    @Override
    public Integer call() {
        CommandSpec given = Objects.requireNonNull(spec, "picocli sets it");
        PrintWriter out = given.commandLine().getOut();
        PrintWriter err = given.commandLine().getErr();
        try {
            ModelStore store = storeOptions.store(environment);
            if (path != null) {
                out.println(pathOf(path, store));
            } else if (json) {
                out.println(asJson(store));
            } else {
                printStored(store, out);
                printCatalogue(store, out);
            }
            out.flush();
            store.damaged().forEach((_, why) -> err.println("stoa models: " + why));
            return ExitCode.OK;
        } catch (StoreException e) {
            err.println("stoa models: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    private static String pathOf(String name, ModelStore store) {
        return store.find(name)
                .orElseThrow(() -> new StoreException(
                        StoreException.Kind.NOT_FOUND, "there is no " + name + " in " + store.root() + "."))
                .path()
                .toString();
    }

    private static void printStored(ModelStore store, PrintWriter out) {
        List<StoredModel> models = store.list();
        out.println("In the store (" + store.root() + ")");
        if (models.isEmpty()) {
            out.println("  nothing yet");
        } else {
            Table table = new Table("NAME", "SIZE", "ADDED", "LICENCE");
            for (StoredModel model : models) {
                table.row(
                        model.id().toString(),
                        Sizes.format(model.size()),
                        DAY.format(model.addedAt().atZone(ZoneId.systemDefault())),
                        model.licence());
            }
            table.print(out);
        }
    }

    private void printCatalogue(ModelStore store, PrintWriter out) {
        CatalogueEntry best = recommended(store);
        out.println();
        out.println("Catalogue (this machine has " + Sizes.format(memoryBytes) + " of memory)");
        Table table = new Table("NAME", "SIZE", "MEMORY", "LICENCE", "");
        for (CatalogueEntry entry : store.catalogue().entries()) {
            table.row(
                    entry.id().toString(),
                    (entry.sizeExact() ? "" : "~") + Sizes.format(entry.size()),
                    "~" + Sizes.format(entry.memoryBytes()),
                    entry.licence(),
                    String.join(", ", remarks(entry, store, best)));
        }
        table.print(out);
        out.println();
        out.println(
                stored(store, best)
                        ? "The best one for this machine is in the store: stoa serve --model " + best.id()
                        : "The best one for this machine: stoa pull " + best.id());
    }

    private List<String> remarks(CatalogueEntry entry, ModelStore store, CatalogueEntry best) {
        List<String> remarks = new ArrayList<>();
        if (entry.equals(best)) {
            remarks.add("best for this machine");
        }
        if (stored(store, entry)) {
            remarks.add("in the store");
        }
        if (!served(entry)) {
            remarks.add("not run by the built-in engine yet");
        } else if (!Catalogue.fits(entry, memoryBytes)) {
            remarks.add("too large for this machine");
        }
        if (!entry.chat()) {
            remarks.add("continues text, does not chat");
        }
        return remarks;
    }

    private String asJson(ModelStore store) {
        JsonMapper mapper = JsonMapper.builder().build();
        CatalogueEntry best = recommended(store);
        ObjectNode root = mapper.createObjectNode()
                .put("store", store.root().toString())
                .put("memory_bytes", memoryBytes)
                .put("recommended", best.id().toString());
        var stored = root.putArray("models");
        for (StoredModel model : store.list()) {
            stored.addObject()
                    .put("id", model.id().toString())
                    .put("path", model.path().toString())
                    .put("size", model.size())
                    .put("sha256", model.sha256())
                    .put("source", model.source())
                    .put("licence", model.licence())
                    .put("added_at", model.addedAt().toString());
        }
        var catalogue = root.putArray("catalogue");
        for (CatalogueEntry entry : store.catalogue().entries()) {
            catalogue
                    .addObject()
                    .put("id", entry.id().toString())
                    .put("display_name", entry.displayName())
                    .put("size", entry.size())
                    .put("size_exact", entry.sizeExact())
                    .put("memory_bytes", entry.memoryBytes())
                    .put("licence", entry.licence())
                    .put("context_length", entry.contextLength())
                    .put("architecture", entry.architecture())
                    .put("chat", entry.chat())
                    .put("served", served(entry))
                    .put("fits", Catalogue.fits(entry, memoryBytes))
                    .put("stored", stored(store, entry));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private CatalogueEntry recommended(ModelStore store) {
        return store.catalogue().recommend(memoryBytes, Catalogue.ENGINE_ARCHITECTURES);
    }

    private static boolean served(CatalogueEntry entry) {
        return Catalogue.ENGINE_ARCHITECTURES.contains(entry.architecture());
    }

    private static boolean stored(ModelStore store, CatalogueEntry entry) {
        return store.list().stream().anyMatch(model -> model.id().equals(entry.id()));
    }

    /** The memory of this machine, or of the container where one sets a limit. */
    static long machineMemoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** {@code stoa models rm}: forgets a name, and deletes the file when no other name uses it. */
    @Command(name = "rm", mixinStandardHelpOptions = true, description = "Remove a model from the store.")
    static final class Remove implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "name:variant, or a name that has one variant.")
        private String name = "";

        @Mixin
        private StoreOptions storeOptions = new StoreOptions();

        @ParentCommand
        private @Nullable ModelsCommand parent;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            CommandSpec given = Objects.requireNonNull(spec, "picocli sets it");
            Map<String, String> environment = Objects.requireNonNull(parent, "picocli sets it").environment;
            PrintWriter err = given.commandLine().getErr();
            try {
                ModelStore store = storeOptions.store(environment);
                ModelName id = resolve(store);
                if (!store.remove(id)) {
                    err.println("stoa models rm: there is no " + id + " in " + store.root() + ".");
                    return ExitCode.FAILURE;
                }
                given.commandLine().getOut().println("Removed " + id);
                return ExitCode.OK;
            } catch (StoreException e) {
                err.println("stoa models rm: " + e.getMessage());
                return e.kind() == StoreException.Kind.INVALID ? ExitCode.USAGE : ExitCode.FAILURE;
            }
        }

        /** Never guesses which variant to delete. */
        private ModelName resolve(ModelStore store) {
            if (name.contains(":")) {
                return ModelName.parse(name);
            }
            String wanted = ModelName.parse(name + ":any").name();
            List<ModelName> variants = store.list().stream()
                    .map(StoredModel::id)
                    .filter(id -> id.name().equals(wanted))
                    .toList();
            if (variants.size() > 1) {
                throw new StoreException(
                        StoreException.Kind.INVALID, "“" + name + "” has several variants: name one of " + variants);
            }
            Optional<ModelName> only = variants.stream().findFirst();
            return only.orElseThrow(() -> new StoreException(
                    StoreException.Kind.NOT_FOUND, "there is no " + name + " in " + store.root() + "."));
        }
    }
}
