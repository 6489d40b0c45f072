package dev.stoa.api.openai;

import dev.stoa.api.ClientConnection;
import dev.stoa.api.EventWriter;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the choices of a request and writes them: whole, or as a stream that begins once a worker has taken the request
 * and ends with {@code [DONE]}; a fault in its midst is an event of its own, after which nothing comes. Ends without a
 * word when the client has gone. The caller closes the choices, which frees the model. One use, one thread.
 */
final class AnswerWriter {
    /** Text that is already there goes out as one delta up to this size: a slow client gets fewer, larger events. */
    private static final int DELTA_CHARS_MAX = 4096;

    private static final Logger log = LoggerFactory.getLogger(AnswerWriter.class);

    private final Choices choices;
    private final boolean[] countsPrompt;
    private final AnswerJson json;
    private final ClientConnection client;
    private final Limits limits;
    private final Supplier<String> callIds;
    private int openChoices;
    private TokenUsage usage = TokenUsage.NONE;

    /**
     * @param parts what the choices answer, in their order
     * @param callIds names calls that the worker didn't name
     */
    AnswerWriter(
            Choices choices,
            List<GenerationRequest> parts,
            AnswerJson json,
            ClientConnection client,
            Limits limits,
            Supplier<String> callIds) {
        this.choices = choices;
        this.countsPrompt = GenerationRequest.countsPrompt(parts);
        this.json = json;
        this.client = client;
        this.limits = limits;
        this.callIds = callIds;
        this.openChoices = choices.count();
    }

    private void finished(int choice, TokenUsage used) {
        openChoices--;
        usage = usage.plus(countsPrompt[choice] ? used : used.outputOnly());
    }

    private static final class Collected {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final List<AnswerJson.Call> calls = new ArrayList<>();
        private final StringBuilder arguments = new StringBuilder();
        private final List<TokenLogprob> logprobs = new ArrayList<>();
        private StopReason reason = StopReason.END_TURN;

        private AnswerJson.Choice choice() {
            return new AnswerJson.Choice(text.toString(), thinking.toString(), calls, logprobs, reason);
        }
    }

    /** The answer in one piece; null if the client has gone meanwhile. */
    @Nullable ObjectNode whole() throws InterruptedException {
        List<Collected> collected = new ArrayList<>();
        for (int i = 0; i < choices.count(); i++) {
            collected.add(new Collected());
        }
        while (openChoices > 0) {
            if (client.gone()) {
                return null;
            }
            Choices.Item item = choices.next(limits.clientCheck());
            if (item == null) {
                continue;
            }
            Collected choice = collected.get(item.choice());
            switch (item.event()) {
                case null -> {}
                case TokenStream.Started _, TokenStream.Cited _, TokenStream.Passed _ -> {}
                case TokenStream.TextDelta(String text) -> choice.text.append(text);
                case TokenStream.ThinkingDelta(String text) -> choice.thinking.append(text);
                case TokenStream.CallStart call -> {
                    choice.arguments.setLength(0);
                    choice.calls.add(new AnswerJson.Call(id(call), call.name(), ""));
                }
                case TokenStream.CallArguments(int _, String more) -> choice.arguments.append(more);
                case TokenStream.CallEnd _ -> {
                    AnswerJson.Call begun = choice.calls.removeLast();
                    choice.calls.add(new AnswerJson.Call(begun.id(), begun.name(), choice.arguments.toString()));
                }
                case TokenStream.Logprobs(List<TokenLogprob> tokens) -> choice.logprobs.addAll(tokens);
                case TokenStream.Finished(StopReason reason, String _, TokenUsage used) -> {
                    choice.reason = reason;
                    finished(item.choice(), used);
                }
            }
        }
        List<AnswerJson.Choice> all = collected.stream().map(Collected::choice).toList();
        return json.whole(all, usage);
    }

    /**
     * Writes the answer as a stream.
     *
     * @param includeUsage whether it ends with the usage
     * @throws StoaException if the request fails before anything was written
     */
    void stream(HttpServletResponse response, boolean includeUsage) throws IOException, InterruptedException {
        Choices.Item first = null;
        while (first == null) {
            if (client.gone()) {
                return;
            }
            first = choices.next(limits.clientCheck());
        }
        EventWriter out = new EventWriter(response);
        try {
            writeAll(first, out, includeUsage);
        } catch (StoaException e) {
            out.add(Errors.body(e.kind(), String.valueOf(e.getMessage()), e.param()));
            out.flush();
        } catch (RuntimeException e) {
            // The status has left, so the fault can only be told within the stream.
            log.error("A request failed in mid-stream", e);
            out.add(Errors.body(ErrorKind.INTERNAL, "The server failed on this request.", null));
            out.flush();
        }
    }

    private void writeAll(Choices.Item first, EventWriter out, boolean includeUsage)
            throws IOException, InterruptedException {
        Choices.Item item = first;
        long writtenNanos = System.nanoTime();
        while (true) {
            if (item != null) {
                write(item.choice(), item.event(), out);
            } else if (System.nanoTime() - writtenNanos >= limits.pingInterval().toNanos()) {
                out.addComment();
            }
            if (openChoices == 0) {
                break;
            }
            if (item != null
                    || System.nanoTime() - writtenNanos >= limits.pingInterval().toNanos()) {
                out.flush();
                writtenNanos = System.nanoTime();
            }
            if (client.gone()) {
                return;
            }
            item = choices.next(limits.clientCheck());
        }
        if (includeUsage) {
            out.add(json.usage(usage));
        }
        out.addDone();
        out.flush();
    }

    private void write(int choice, TokenStream.@Nullable Event event, EventWriter out) throws InterruptedException {
        switch (event) {
            case null -> {}
            case TokenStream.Started _ -> {
                if (json.tellsBegin()) {
                    out.add(json.begin(choice));
                }
            }
            case TokenStream.TextDelta _, TokenStream.Logprobs _ -> delta(choice, event, out);
            case TokenStream.ThinkingDelta(String text) -> out.add(json.thinking(choice, text));
            case TokenStream.CallStart call -> out.add(json.callStart(choice, call.call(), id(call), call.name()));
            case TokenStream.CallArguments(int call, String more) -> out.add(json.callArguments(choice, call, more));
            case TokenStream.CallEnd _, TokenStream.Cited _, TokenStream.Passed _ -> {}
            case TokenStream.Finished(StopReason reason, String _, TokenUsage used) -> {
                finished(choice, used);
                out.add(json.end(choice, reason));
            }
        }
    }

    private String id(TokenStream.CallStart call) {
        String given = call.id();
        return given == null ? callIds.get() : given;
    }

    /** Joins what follows without waiting. */
    private void delta(int choice, TokenStream.Event first, EventWriter out) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        List<TokenLogprob> logprobs = new ArrayList<>();
        TokenStream.Event event = first;
        while (event != null) {
            switch (event) {
                case TokenStream.TextDelta(String more) -> text.append(more);
                case TokenStream.Logprobs(List<TokenLogprob> tokens) -> logprobs.addAll(tokens);
                default -> throw new IllegalStateException("neither text nor its log probabilities");
            }
            event = text.length() < DELTA_CHARS_MAX ? choices.moreOf(choice) : null;
        }
        out.add(json.delta(choice, text.toString(), logprobs));
    }
}
