package dev.stoa.cli;

import dev.stoa.identity.FirstStart;
import dev.stoa.inference.Inference;
import dev.stoa.inference.ModelStatus;
import dev.stoa.operations.MachineMemory;
import dev.stoa.operations.StoaSettings;
import dev.stoa.store.Catalogue;
import dev.stoa.store.CatalogueEntry;
import dev.stoa.store.ModelStore;
import dev.stoa.store.Sizes;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.springframework.context.ApplicationContext;

/** What {@code serve} says once its port is open: where, which model, how to sign in, a first request, a better model. */
final class Welcome {
    private Welcome() {}

    static void print(PrintWriter out, ApplicationContext context, StoaSettings settings, FirstStart firstStart) {
        int port = context.getEnvironment().getProperty("local.server.port", Integer.class, settings.port());
        String address = "http://" + host(settings.bind()) + ":" + port;
        out.println();
        out.println("  Stoa      " + address);
        out.println("  Model     " + model(context, settings));
        Optional<String> newKey = firstStart.newKey();
        out.println("  Sign in   " + signIn(newKey, firstStart.awaitsFirstSignIn()));
        out.println("  Try       " + curl(address, newKey.orElse("$STOA_API_KEY")));
        recommendation(context.getBean(ModelStore.class), settings)
                .ifPresent(line -> out.println("  Better    " + line));
        out.println();
        out.flush();
    }

    private static String model(ApplicationContext context, StoaSettings settings) {
        ModelStatus status = context.getBean(Inference.class).status();
        return switch (status.phase()) {
            case DOWNLOADING, LOADING -> settings.model() + " (loading; /health/ready tells when it answers)";
            case READY -> status.model();
            case FAILED, CLOSED -> status.sentence();
        };
    }

    static String signIn(Optional<String> newKey, boolean awaited) {
        return newKey.map(key -> "with the first API key, shown this once:\n            " + key)
                .orElse(
                        awaited
                                ? "with the first API key, which was shown when it was made. Nobody has used it yet: if it\n"
                                        + "            is lost, start with STOA_ADMIN_KEY=\"sk-stoa-$(openssl rand -hex 32)\""
                                : "with your password or API key");
    }

    private static String curl(String address, String key) {
        return """
                curl -N %s/v1/messages -H "x-api-key: %s" \\
                              -H "anthropic-version: 2023-06-01" -H "content-type: application/json" \\
                              -d '{"model":"stoa-latest","max_tokens":200,"stream":true,"messages":[{"role":"user","content":"Hello!"}]}'""".formatted(address, key);
    }

    /** Empty where the best model for this machine is the one that runs. */
    private static Optional<String> recommendation(ModelStore store, StoaSettings settings) {
        CatalogueEntry best = store.catalogue().recommend(MachineMemory.total(), Catalogue.ENGINE_ARCHITECTURES);
        String id = best.id().toString();
        if (id.equals(settings.model()) || best.id().name().equals(settings.model())) {
            return Optional.empty();
        }
        boolean stored = store.list().stream().anyMatch(model -> model.id().equals(best.id()));
        return Optional.of(
                stored
                        ? "%s is here and fits this machine: ./stoa serve --model %s".formatted(best.displayName(), id)
                        : "%s fits this machine (%s, %s): ./stoa pull %s"
                                .formatted(best.displayName(), Sizes.format(best.size()), best.licence(), id));
    }

    /** What a browser on this machine can open. */
    static String host(String bind) {
        try {
            InetAddress address = InetAddress.getByName(bind);
            if (address.isAnyLocalAddress()) {
                return "localhost";
            }
            return bind.contains(":") ? "[" + bind + "]" : bind;
        } catch (UnknownHostException e) {
            // The server listens on it already, so it has a meaning here that this lookup lacks.
            return bind;
        }
    }
}
