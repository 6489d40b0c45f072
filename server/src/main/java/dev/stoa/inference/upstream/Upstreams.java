package dev.stoa.inference.upstream;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Model;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.inference.Worker;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All upstreams as one worker. Thread-safe. */
public final class Upstreams implements Worker, AutoCloseable {
    private final List<UpstreamWorker> workers;

    /** @throws IllegalArgumentException if a key's file can't be read, or two models have one name */
    public Upstreams(UpstreamSettings settings, Clock clock) {
        Set<String> names = new HashSet<>();
        for (Upstream upstream : settings.upstreams()) {
            upstream.models().stream()
                    .flatMap(model -> java.util.stream.Stream.concat(
                            java.util.stream.Stream.of(model.name()), model.aliases().stream()))
                    .filter(name -> !names.add(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new IllegalArgumentException("stoa.upstreams: two models are named “" + name + "”");
                    });
        }
        this.workers = settings.upstreams().stream()
                .map(upstream -> new UpstreamWorker(upstream, key(upstream), clock))
                .toList();
    }

    private static String key(Upstream upstream) {
        if (upstream.keyFile().isEmpty()) {
            return upstream.key();
        }
        try {
            return Files.readString(Path.of(upstream.keyFile())).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the key of the upstream “" + upstream.name() + "” can't be read from " + upstream.keyFile(), e);
        }
    }

    @Override
    public List<Model> models() {
        return workers.stream().flatMap(worker -> worker.models().stream()).toList();
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public boolean passes(String model, Wire wire) {
        return worker(model).passes(model, wire);
    }

    @Override
    public String revision(String model) {
        return worker(model).revision(model);
    }

    @Override
    public int countTokens(GenerationRequest request) {
        return worker(request.model()).countTokens(request);
    }

    @Override
    public TokenStream start(GenerationRequest request) {
        return worker(request.model()).start(request);
    }

    private UpstreamWorker worker(String model) {
        Optional<UpstreamWorker> found = workers.stream()
                .filter(worker -> worker.find(model).isPresent())
                .findFirst();
        return found.orElseThrow(() -> StoaException.about(ErrorKind.NOT_FOUND, "model", "no upstream has it"));
    }

    @Override
    public void close() {
        workers.forEach(UpstreamWorker::close);
    }
}
