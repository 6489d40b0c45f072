package dev.stoa.inference;

import dev.stoa.inference.source.Citer;
import dev.stoa.inference.source.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's stream with its marks read: text comes a sentence at a time, and behind what rests on a source a
 * {@link TokenStream.Cited}. It stands before the gate, which so judges the text that leaves, without marks.
 */
public final class CitedStream extends ForwardingStream {
    private final Citer citer;
    private final ArrayDeque<Event> ready = new ArrayDeque<>();
    /** Whether text has come that no {@link Cited} is about yet. */
    private boolean open;

    private CitedStream(TokenStream inner, List<Source> sources) {
        super(inner);
        this.citer = new Citer(sources);
    }

    /** The stream itself where nothing is to be cited. */
    public static TokenStream of(GenerationRequest request, TokenStream stream) {
        List<Source> sources =
                request.prompt() instanceof Prompt.Conversation conversation ? conversation.cited() : List.of();
        return sources.isEmpty() ? stream : new CitedStream(stream, sources);
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        long begin = System.nanoTime();
        Duration left = timeout;
        while (ready.isEmpty()) {
            Event event = inner.next(left);
            if (event == null) {
                return null;
            }
            take(event);
            Duration rest = timeout.minusNanos(System.nanoTime() - begin);
            left = rest.isNegative() ? Duration.ZERO : rest;
        }
        return ready.remove();
    }

    private void take(Event event) {
        switch (event) {
            case TextDelta(String text) -> citer.accept(text).forEach(this::add);
            // Which tokens make up a sentence without its marks can't be told.
            case Logprobs _ -> {}
            case Started _, ThinkingDelta _, CallStart _, CallArguments _, CallEnd _, Cited _, Passed _, Finished _ -> {
                citer.end().forEach(this::add);
                open = false;
                ready.add(event);
            }
        }
    }

    private void add(Citer.Piece piece) {
        if (piece.text().isEmpty()) {
            return;
        }
        if (piece.citations().isEmpty()) {
            open = true;
            ready.add(new TextDelta(piece.text()));
            return;
        }
        if (open) {
            ready.add(new Cited(List.of()));
        }
        ready.add(new TextDelta(piece.text()));
        ready.add(new Cited(piece.citations()));
        open = false;
    }

    /** None: a request whose marks are read does not go on from tokens, as their text still has the marks in it. */
    @Override
    public int[] tokensFrom(int from) {
        return new int[0];
    }
}
