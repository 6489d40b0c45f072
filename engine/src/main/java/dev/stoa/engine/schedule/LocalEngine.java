package dev.stoa.engine.schedule;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRejectedException.Reason;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.ModelInfo;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.Pooling;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.dialect.ChatDialect;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.grammar.Forms;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Workers;
import dev.stoa.engine.model.Model;
import dev.stoa.engine.model.Transformer;
import dev.stoa.engine.template.ChatTemplate;
import dev.stoa.engine.template.TemplateException;
import dev.stoa.engine.tokenizer.StreamDecoder;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An engine in this process. Request threads tokenize, {@link #submit} and read; everything else happens on the thread
 * of its {@link EngineLoop} and the workers under it.
 *
 * <p>Owns the mapped file, the workers and the loop, and ends them in {@link #close}, in the reverse order. Thread-safe.
 */
public final class LocalEngine implements Engine {
    private static final Logger LOG = System.getLogger(LocalEngine.class.getName());

    private static final int SECRET_BYTES = 32;

    /** An end wakes the one who waits; this only bounds one look. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final String TEMPLATE = "tokenizer.chat_template";

    private final GgufFile file;
    private final Workers workers;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final Optional<ChatDialect> dialect;
    private final boolean joinsTurns;
    private final Forms forms;
    private final ModelInfo info;
    /** Numbers of a hidden state. */
    private final int width;

    private final Arrivals arrivals;
    private final StepCounters counters;
    private final PrefixCache cache;
    private final boolean remembers;
    private final Scheduler scheduler;
    private final EngineLoop loop;

    private LocalEngine(GgufFile file, Workers workers, EngineOptions options) {
        this.file = file;
        this.workers = workers;
        long start = System.nanoTime();
        KernelChoice choice = KernelChoice.make();
        this.tokenizer = Tokenizer.from(file);
        this.forms = new Forms(tokenizer);
        this.template = template(file, tokenizer);
        this.dialect = template.map(each -> new ChatDialect(each, tokenizer));
        this.joinsTurns = dialect.map(ChatDialect::joinsTurns).orElse(false);
        Model model = Model.load(file, workers);
        if (tokenizer.vocabularySize() != model.config().vocabulary()) {
            throw new ModelLoadException(file.path() + ": has " + tokenizer.vocabularySize() + " tokens but "
                    + model.config().vocabulary() + " embeddings");
        }
        MemoryPlan plan = MemoryPlan.make(file.path(), model, options);
        int maxRows = options.maxBatchTokens();
        SchedulerLimits limits = SchedulerLimits.of(options);
        KvStorage storage = new KvStorage(model.kvLayout(options.kvType()), plan.blocks());
        Transformer transformer =
                new Transformer(model, choice.kernels(), workers, storage, maxRows, limits.maxLogits());
        BlockPool pool = new BlockPool(plan.blocks());
        new WarmUp(transformer, pool, maxRows).run();
        this.info = FileInfo.of(file, model.config(), plan.contextLength(), dialect, choice.toString());
        DrainRate drain = new DrainRate();
        this.arrivals = new Arrivals(
                new Arrivals.QueueLimits(options.maxQueued(), options.maxQueuedTokens(), options.maxRunning()),
                drain,
                System::nanoTime);
        this.counters = new StepCounters(arrivals, drain, System::nanoTime);
        this.remembers = options.prefixCache();
        this.cache = new PrefixCache(pool, secret(), options.prefixCache());
        this.width = model.config().width();
        StepModel steps = new TransformerSteps(transformer, storage);
        Draws draws = new Draws(choice.kernels(), workers, steps.vocabulary());
        this.scheduler = new Scheduler(
                new Scheduler.Parts(steps, draws, pool, cache, tokenizer::isEndOfGeneration, arrivals, counters),
                limits,
                System::nanoTime);
        this.loop = new EngineLoop(scheduler, counters, info.name());
        LOG.log(
                Level.INFO,
                "Loaded {0} ({1}, {2}) in {3} ms: context {4}, {5} blocks for keys and values",
                info.name(),
                info.architecture(),
                info.quantization(),
                Duration.ofNanos(System.nanoTime() - start).toMillis(),
                info.contextLength(),
                pool.total());
    }

    private static byte[] secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /** As {@link Engine#load}. */
    public static LocalEngine open(Path path, EngineOptions options) {
        GgufFile file = GgufFile.open(path);
        Workers workers = new Workers(options.threads());
        boolean opened = false;
        try {
            LocalEngine engine = new LocalEngine(file, workers, options);
            engine.loop.start();
            opened = true;
            return engine;
        } finally {
            if (!opened) {
                workers.close();
                file.close();
            }
        }
    }

    /** A template that can't be parsed is as good as none: the model still completes plain prompts. */
    private static Optional<ChatTemplate> template(GgufFile file, Tokenizer tokenizer) {
        if (!file.metadata().has(TEMPLATE)) {
            return Optional.empty();
        }
        try {
            String source = file.metadata().string(TEMPLATE);
            return Optional.of(ChatTemplate.parse(
                    source, spelling(tokenizer, tokenizer.bosId()), spelling(tokenizer, tokenizer.eosId())));
        } catch (TemplateException e) {
            LOG.log(Level.WARNING, file.path() + ": its chat template can't be used", e);
            return Optional.empty();
        }
    }

    private static String spelling(Tokenizer tokenizer, int id) {
        return id < 0 ? "" : tokenizer.text(id);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public int[] encode(String text, boolean special) {
        return tokenizer.encode(text, special);
    }

    @Override
    public int[] encodeDocument(String text) {
        int[] tokens = tokenizer.encodeWithBos(text, false);
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        return tokens;
    }

    @Override
    public byte[] tokenBytes(int token) {
        return tokenizer.bytes(token);
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return prepareChat(new ChatPrompt(messages)).prompt();
    }

    @Override
    public PreparedChat prepareChat(ChatPrompt chat) {
        return dialect.orElseThrow(this::noTemplate).prepare(chat);
    }

    @Override
    public boolean joinsTurns() {
        return joinsTurns;
    }

    private IllegalArgumentException noTemplate() {
        return new IllegalArgumentException("the model '" + info.name() + "' has no chat template");
    }

    @Override
    public String decode(int[] tokens) {
        return tokenizer.decode(tokens);
    }

    @Override
    public Generation submit(EngineRequest request) {
        return submitAll(List.of(request)).getFirst();
    }

    @Override
    public List<Generation> submit(EngineRequest request, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be at least 1");
        }
        List<EngineRequest> samples = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            samples.add(request.withSeed(request.sampling().seed() + i));
        }
        return submitAll(samples);
    }

    @Override
    public List<Generation> fork(Generation parent, List<EngineRequest> continuations) {
        int[] thread = parent.tokens();
        List<EngineRequest> requests = continuations.stream()
                .map(request -> request.withPrompt(joined(thread, request.prompt())))
                .toList();
        return submitAll(requests);
    }

    private static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Override
    public List<float[]> embed(List<int[]> texts, Pooling pooling, Scheduling scheduling) throws InterruptedException {
        List<Pool> pools = new ArrayList<>(texts.size());
        List<EngineRequest> requests = new ArrayList<>(texts.size());
        for (int[] text : texts) {
            pools.add(new Pool(pooling, width));
            requests.add(new EngineRequest(text, 1, Sampling.GREEDY).withScheduling(scheduling));
        }
        List<Generation> running = submitAll(requests, pools);
        List<float[]> vectors = new ArrayList<>(texts.size());
        try {
            for (int i = 0; i < running.size(); i++) {
                awaitHidden(running.get(i));
                vectors.add(pools.get(i).vector());
            }
        } finally {
            if (vectors.size() < running.size()) {
                running.forEach(Generation::cancel);
            }
        }
        return vectors;
    }

    private static void awaitHidden(Generation generation) throws InterruptedException {
        Finish finish = generation.finish();
        while (finish == null) {
            Chunk chunk = generation.next(LOOK_AGAIN);
            assert chunk == null : "an embedding has no text";
            finish = generation.finish();
        }
        if (finish != Finish.END_OF_TURN) {
            throw new IllegalStateException("the embedding ended as " + finish);
        }
    }

    private List<Generation> submitAll(List<EngineRequest> specs) {
        return submitAll(specs, List.of());
    }

    /** @param pools for requests that draw no token, one each; empty for those that do */
    private List<Generation> submitAll(List<EngineRequest> specs, List<Pool> pools) {
        if (specs.isEmpty()) {
            return List.of();
        }
        specs.forEach(this::check);
        long now = System.nanoTime();
        List<Generation> streams = new ArrayList<>(specs.size());
        List<Request> requests = new ArrayList<>(specs.size());
        for (EngineRequest spec : specs) {
            GenerationStream stream = new GenerationStream(spec.prompt(), loop::wake);
            streams.add(stream);
            requests.add(new Request(
                    spec,
                    stream,
                    text(tokenizer.decoder(spec.control().shownTokens())),
                    spec.control().constraint().map(forms::matcher).orElse(null),
                    pools.isEmpty() ? null : pools.get(requests.size()),
                    cache.chain(spec.scheduling().tenant()),
                    info.contextLength(),
                    now));
        }
        arrivals.add(requests);
        loop.wake();
        return List.copyOf(streams);
    }

    private static TokenText text(StreamDecoder decoder) {
        return new TokenText() {
            @Override
            public String append(int token) {
                return decoder.append(token);
            }

            @Override
            public String flush() {
                return decoder.flush();
            }
        };
    }

    /** Refuses what can never be served. */
    private void check(EngineRequest request) {
        int length = request.prompt().length;
        if (length + request.begun().length >= info.contextLength()) {
            throw arrivals.rejected(new EngineRejectedException(
                    Reason.TOO_LONG,
                    "the prompt has " + length + " tokens, and the context holds " + info.contextLength()
                            + " with at least one token of output"));
        }
        requireTokens("the prompt", request.prompt());
        requireTokens("begun", request.begun());
        requireTokens(
                "the logit bias",
                request.control().logitBias().keySet().stream()
                        .mapToInt(id -> id)
                        .toArray());
    }

    private void requireTokens(String what, int[] tokens) {
        for (int token : tokens) {
            if (token < 0 || token >= info.vocabularySize()) {
                throw new IllegalArgumentException(
                        what + " holds token " + token + ", but ids go from 0 to " + (info.vocabularySize() - 1));
            }
        }
    }

    @Override
    public EngineMetrics metrics() {
        return counters.snapshot();
    }

    @Override
    public boolean remembers() {
        return remembers;
    }

    @Override
    public boolean healthy(Duration bound) {
        return loop.healthy(bound);
    }

    /**
     * Checks that no block is lost or held twice. Only once the engine is closed, as its thread owns the pool until then.
     *
     * @throws IllegalStateException naming what is wrong
     */
    void validate() {
        scheduler.validate();
    }

    private boolean valid() {
        validate();
        return true;
    }

    @Override
    public void close() {
        loop.close();
        assert valid() : "blocks or requests were lost";
        workers.close();
        file.close();
    }
}
