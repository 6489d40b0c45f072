package dev.stoa.conversation;

import dev.stoa.conversation.Message.Problem;
import dev.stoa.generation.Generations;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one answer, on a virtual thread of its own: reads the stream, hands text and tokens to the log, and says how it
 * ended. No connection is held while it waits. Half of a surrogate pair at the end of a piece is kept back until the
 * other half is there.
 *
 * <p>A run that was taken up asks the same again, tokens given, and so reads the answer from its first character; what
 * the log has already is compared and passed over. If it differs (another model under the same name), the answer ends
 * there rather than in a text that nobody wrote.
 */
final class RunTask {
    private static final Logger LOG = LoggerFactory.getLogger(RunTask.class);

    private static final Problem REFUSED = new Problem("refused", "A safety policy of this server ended the answer.");

    private final Run run;
    private final Caller caller;
    private final Supplier<GenerationRequest> prompt;
    private final Generations generations;
    private final RunLog log;
    private final Part text;
    private final Part steps;
    private final Steps.Writer step = new Steps.Writer();
    private final Duration patience;
    private boolean begun;

    /**
     * @param prompt makes the request, on this task's thread
     * @param patience how long to wait for a server that is busy or has not loaded its model yet
     */
    RunTask(
            Run run,
            Caller caller,
            Supplier<GenerationRequest> prompt,
            Generations generations,
            RunLog log,
            Duration patience) {
        this.run = run;
        this.caller = caller;
        this.prompt = prompt;
        this.generations = generations;
        this.log = log;
        this.text = new Part(run.text());
        this.steps = new Part(run.steps());
        this.patience = patience;
    }

    /** Runs to the end. Whatever happens there is an ending; null if it is not this server's to write. */
    @Nullable Ending call() {
        TokenUsage usage = TokenUsage.NONE;
        try (TokenStream stream = open()) {
            if (stream == null) {
                return ending(MessageState.COMPLETE, null, usage);
            }
            run.attach(stream);
            try {
                return copy(stream);
            } finally {
                usage = stream.usage();
            }
        } catch (StoaException e) {
            if (e.kind() == ErrorKind.OVERLOADED && generations.draining()) {
                // The server withdrew what it had begun, or had no time to begin: it shuts down.
                run.requestEnd(Run.Cause.SHUTDOWN);
                return ending(MessageState.INTERRUPTED, null, usage);
            }
            if (e.kind() == ErrorKind.OVERLOADED && begun) {
                return ending(MessageState.INTERRUPTED, null, usage);
            }
            return ending(
                    MessageState.FAILED, Problem.of(e.kind(), Objects.requireNonNullElse(e.getMessage(), "")), usage);
        } catch (DivergedException e) {
            LOG.warn("The answer {} can't be gone on with: the model's text differs from the log's", run.messageId());
            return ending(MessageState.INTERRUPTED, null, usage);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            run.requestEnd(Run.Cause.SHUTDOWN);
            return ending(MessageState.INTERRUPTED, null, usage);
        } catch (RuntimeException e) {
            // Any fault of ours or of a worker, and a stream that was closed under its reader: the answer's row must
            // end all the same.
            if (run.cause() == null) {
                LOG.error("The run of message {} failed", run.messageId(), e);
            }
            return ending(MessageState.FAILED, Problem.INTERNAL, usage);
        }
    }

    /** Null if somebody wanted the run to end before it began. */
    private @Nullable TokenStream open() throws InterruptedException {
        if (run.cause() != null) {
            return null;
        }
        GenerationRequest request = prompt.get();
        long deadline = System.nanoTime() + patience.toNanos();
        while (run.cause() == null) {
            try {
                return generations.start(caller, request);
            } catch (StoaException e) {
                boolean passing = e.kind() == ErrorKind.OVERLOADED || e.kind() == ErrorKind.RATE_LIMITED;
                if (!passing || generations.draining() || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                run.pause(ConversationLimits.RETRY_INTERVAL);
            }
        }
        return null;
    }

    private @Nullable Ending copy(TokenStream stream) throws InterruptedException {
        while (true) {
            TokenStream.Event event = stream.next(ConversationLimits.RETRY_INTERVAL);
            switch (event) {
                case null -> {}
                case TokenStream.Started started -> begun = true;
                case TokenStream.TextDelta(String delta) -> tell(stream, delta);
                case TokenStream.ThinkingDelta(String thought) -> doing(stream, step.thinking(text.length(), thought));
                case TokenStream.CallStart(int _, String _, String name) ->
                    doing(stream, step.call(text.length(), name));
                case TokenStream.CallArguments(int _, String arguments) -> doing(stream, step.arguments(arguments));
                case TokenStream.CallEnd _, TokenStream.Logprobs _, TokenStream.Cited _, TokenStream.Passed _ -> {}
                case TokenStream.Finished(StopReason reason, String sequence, TokenUsage usage) -> {
                    boolean refused = reason == StopReason.REFUSAL;
                    return ending(
                            refused ? MessageState.REFUSED : MessageState.COMPLETE, refused ? REFUSED : null, usage);
                }
            }
            if (run.cause() != null) {
                return ending(MessageState.COMPLETE, null, stream.usage());
            }
        }
    }

    private void tell(TokenStream stream, String delta) {
        step.text();
        add(stream, text.fresh(delta), "");
        if (run.atBoundary()) {
            run.requestEnd(Run.Cause.STEER);
        }
    }

    private void doing(TokenStream stream, String delta) {
        add(stream, "", steps.fresh(delta));
    }

    private void add(TokenStream stream, String freshText, String freshSteps) {
        int[] tokens = stream.tokensFrom(run.tokenCount());
        if (!freshText.isEmpty() || !freshSteps.isEmpty() || tokens.length > 0) {
            run.add(freshText, freshSteps, tokens);
            log.changed(run);
        }
    }

    /** A cause from outside says more than what the stream then did. */
    private @Nullable Ending ending(MessageState state, @Nullable Problem error, TokenUsage usage) {
        String all = run.text() + text.rest();
        Steps done = new Steps(run.steps() + steps.rest());
        Run.Cause cause = run.cause();
        if (cause == null || state == MessageState.REFUSED) {
            return new Ending(state, all, done, error, usage);
        }
        return switch (cause) {
            case STOP -> new Ending(MessageState.STOPPED, all, done, null, usage);
            case STEER -> new Ending(MessageState.STEERED, all.stripTrailing(), done, null, usage);
            case SHUTDOWN, LOST -> null;
        };
    }

    /** One of the two texts that a run writes: gives of each delta what the log lacks, storable. */
    private static final class Part {
        private final String before;
        private int passed;
        private String kept = "";
        private int length;

        /** @param before what the log had when this task began */
        Part(String before) {
            this.before = before;
        }

        /** All that came, whether the log had it or not. */
        int length() {
            return length;
        }

        String fresh(String delta) {
            length += delta.length();
            String text = kept + delta;
            kept = "";
            if (!text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))) {
                kept = text.substring(text.length() - 1);
                text = text.substring(0, text.length() - 1);
            }
            return pastTheLog(TextRules.clean(text));
        }

        private String pastTheLog(String text) {
            int known = Math.min(before.length() - passed, text.length());
            if (!before.regionMatches(passed, text, 0, known)) {
                throw new DivergedException();
            }
            passed += known;
            return text.substring(known);
        }

        /** What was kept back at the very end. */
        String rest() {
            String rest = TextRules.clean(kept);
            kept = "";
            return rest;
        }
    }

    private static final class DivergedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
