package dev.stoa.inference.upstream;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Model;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.inference.Worker;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** All upstreams as one worker. Thread-safe. */
public final class Upstreams implements Worker, AutoCloseable {
    private final List<UpstreamWorker> workers;

    /** @throws IllegalArgumentException if a key's file can't be read, or two models have one name */
    public Upstreams(UpstreamSettings settings, Clock clock) {
        settings.requireDistinctNames();
        this.workers = settings.upstreams().stream()
                .map(upstream -> new UpstreamWorker(upstream, upstream.secret(), clock))
                .toList();
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
