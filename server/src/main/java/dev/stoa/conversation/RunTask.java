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
 * Writes one answer, on a virtual thread of its own: builds the prompt, reads the stream, tells subscribers, appends to
 * the row, and hands back how it ended. No connection is held while it waits. Half of a surrogate pair at the end of a
 * piece is kept back until the other half is there.
 */
final class RunTask {
    private static final Logger LOG = LoggerFactory.getLogger(RunTask.class);

    private static final Problem REFUSED = new Problem("refused", "A safety policy of this server ended the answer.");

    private final Run run;
    private final Caller caller;
    private final Supplier<GenerationRequest> prompt;
    private final Generations generations;
    private final AnswerWriter writer;
    private String kept = "";
    private boolean begun;

    RunTask(Run run, Caller caller, Supplier<GenerationRequest> prompt, Generations generations, AnswerWriter writer) {
        this.run = run;
        this.caller = caller;
        this.prompt = prompt;
        this.generations = generations;
        this.writer = writer;
    }

    /** Runs to the end. Whatever happens there is an ending. */
    Ending call() {
        TokenUsage usage = TokenUsage.NONE;
        try {
            if (run.cause() != null) {
                return ending(MessageState.COMPLETE, null, usage);
            }
            try (TokenStream stream = generations.start(caller, prompt.get())) {
                run.attach(stream);
                try {
                    return copy(stream);
                } finally {
                    usage = stream.usage();
                }
            }
        } catch (StoaException e) {
            if (e.kind() == ErrorKind.OVERLOADED && (begun || generations.draining())) {
                // The server withdrew what it had begun, or had no time to begin: it shuts down.
                return ending(MessageState.INTERRUPTED, null, usage);
            }
            return ending(
                    MessageState.FAILED, Problem.of(e.kind(), Objects.requireNonNullElse(e.getMessage(), "")), usage);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    private Ending copy(TokenStream stream) throws InterruptedException {
        while (true) {
            TokenStream.Event event = stream.next(writer.untilFlush());
            switch (event) {
                case null -> {}
                case TokenStream.Started started -> begun = true;
                case TokenStream.TextDelta(String text) -> tell(text);
                case TokenStream.Finished(StopReason reason, String sequence, TokenUsage usage) -> {
                    boolean refused = reason == StopReason.REFUSAL;
                    return ending(
                            refused ? MessageState.REFUSED : MessageState.COMPLETE, refused ? REFUSED : null, usage);
                }
            }
            if (!writer.flushIfDue()) {
                run.requestEnd(Run.Cause.LOST);
            }
            if (run.cause() != null) {
                return ending(MessageState.COMPLETE, null, stream.usage());
            }
        }
    }

    private void tell(String delta) {
        String text = kept + delta;
        kept = "";
        if (!text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))) {
            kept = text.substring(text.length() - 1);
            text = text.substring(0, text.length() - 1);
        }
        if (!text.isEmpty()) {
            String clean = TextRules.clean(text);
            run.append(clean);
            writer.add(clean);
        }
    }

    /** A cause from outside says more than what the stream then did. */
    private Ending ending(MessageState state, @Nullable Problem error, TokenUsage usage) {
        if (!kept.isEmpty()) {
            run.append(TextRules.clean(kept));
            kept = "";
        }
        String text = run.text();
        Run.Cause cause = run.cause();
        if (cause == null || state == MessageState.REFUSED) {
            return new Ending(state, text, error, usage);
        }
        return switch (cause) {
            case STOP -> new Ending(MessageState.STOPPED, text, null, usage);
            case SHUTDOWN, LOST -> new Ending(MessageState.INTERRUPTED, text, null, usage);
        };
    }

    /** Where new text goes to rest. */
    interface AnswerWriter {
        void add(String text);

        /** How long the reader may wait for the next event. */
        Duration untilFlush();

        /** @return false if the row belongs to this run no more */
        boolean flushIfDue();
    }
}
