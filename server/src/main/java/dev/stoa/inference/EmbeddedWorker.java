package dev.stoa.inference;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.PreparedChat;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The engine in this process as a worker: requests in the house's words, errors in the caller's. Thread-safe. */
final class EmbeddedWorker implements AutoCloseable {
    /** Where the engine can't tell: a server that restarts is back in seconds. */
    private static final Duration QUEUE_FULL_RETRY = Duration.ofSeconds(3);

    /** Requests between the door and the engine; one that is pushed out is only tokenized again. */
    private static final int ENCODED_MAX = 1024;

    private final Engine engine;
    private final WorkerMeters.Requests meters;
    /** A prompt is counted at the door and then started, perhaps several times: it is tokenized once. By identity. */
    private final Cache<Prompt, PreparedChat> encoded =
            Caffeine.newBuilder().weakKeys().maximumSize(ENCODED_MAX).build();

    EmbeddedWorker(Engine engine, WorkerMeters.Requests meters) {
        this.engine = engine;
        this.meters = meters;
    }

    int contextLength() {
        return engine.info().contextLength();
    }

    boolean joinsTurns() {
        return engine.joinsTurns();
    }

    boolean knowsTools() {
        return engine.info().tools();
    }

    VectorModel vectors(Model model) {
        return new EngineVectors(engine, model);
    }

    EngineMetrics metrics() {
        return engine.metrics();
    }

    boolean healthy(Duration bound) {
        return engine.healthy(bound);
    }

    int countTokens(GenerationRequest request) {
        return prepare(request).prompt().length;
    }

    /**
     * Starts a request. Where the prompt leaves less room in the context than the tokens asked for, the answer ends
     * with {@link StopReason#CONTEXT_FULL}, as the Anthropic protocol has it.
     */
    TokenStream start(GenerationRequest request) {
        PreparedChat prepared = prepare(request);
        int[] prompt = prepared.prompt();
        int room = contextLength() - prompt.length;
        if (room < 1) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "The prompt is too long: it has " + prompt.length + " tokens, and the model's context of "
                            + contextLength() + " tokens must hold the prompt and the answer.");
        }
        int maxTokens = Math.min(request.maxTokens(), room);
        int[] begun = request.begun().stream().mapToInt(Integer::intValue).toArray();
        if (begun.length >= maxTokens) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The context has no room to go on with this answer any more.");
        }
        EngineRequest work = new EngineRequest(
                        prompt, maxTokens, request.sampling(), request.stopSequences(), request.topLogprobs(), begun)
                .withControl(control(request, prepared))
                .withScheduling(request.scheduling());
        boolean clamped = maxTokens < request.maxTokens();
        return new EmbeddedStream(
                submit(work),
                prepared.newParser(),
                prompt.length,
                clamped,
                engine.remembers(),
                meters,
                engine::tokenBytes);
    }

    /** The form of the calls, and of the words if the request has one for them. */
    private static OutputControl control(GenerationRequest request, PreparedChat prepared) {
        OutputControl wanted = request.control();
        OutputControl control = wanted.constraint().map(prepared::control).orElse(prepared.control());
        return control.withLogitBias(wanted.logitBias())
                .withShownTokens(prepared.control().shownTokens());
    }

    private Generation submit(EngineRequest work) {
        try {
            return engine.submit(work);
        } catch (IllegalArgumentException e) {
            // A form of the answer that can't be compiled, or a bias on a token that isn't there: its own words say
            // which.
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The model can't answer in this form: " + e.getMessage(), null, e);
        } catch (EngineRejectedException e) {
            throw refused(
                    e,
                    "The request is too long: " + work.prompt().length + " tokens of prompt and up to "
                            + work.maxTokens() + " of answer do not fit the model's context of "
                            + contextLength() + " tokens.");
        }
    }

    /** @param tooLong what is said of a request that doesn't fit the context */
    static StoaException refused(EngineRejectedException e, String tooLong) {
        return switch (e.reason()) {
            case TOO_LONG -> new StoaException(ErrorKind.INVALID_REQUEST, tooLong, null, e);
            case QUEUE_FULL ->
                new StoaException(
                        ErrorKind.OVERLOADED,
                        "The server has as many requests as it can hold; try again soon.",
                        e.retryAfter().orElse(QUEUE_FULL_RETRY),
                        e);
            case CLOSED -> new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", QUEUE_FULL_RETRY, e);
        };
    }

    private PreparedChat prepare(GenerationRequest request) {
        return encoded.get(request.prompt(), this::prepare);
    }

    private PreparedChat prepare(Prompt prompt) {
        try {
            return switch (prompt) {
                case Prompt.Conversation(List<Message> messages, ToolSet tools, Optional<Boolean> thinking) ->
                    engine.prepareChat(new ChatPrompt(
                            ChatTurns.of(messages), tools.tools(), tools.choice(), tools.parallel(), thinking));
                case Prompt.Text(String text) ->
                    new PreparedChat(engine.encodeDocument(text), OutputControl.NONE, VerbatimParser::new);
                case Prompt.Original _ -> throw Prompt.Original.notHere();
            };
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The model does not take this conversation: " + e.getMessage(), null, e);
        }
    }

    /** Cancels what runs and frees the model. */
    @Override
    public void close() {
        engine.close();
    }
}
