package dev.stoa.safety;

import dev.stoa.inference.ForwardingStream;
import dev.stoa.inference.JsonText;
import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's stream of which only judged text gets out. On a match the model is stopped, the text up to the match leaves,
 * and the stream ends with {@link StopReason#REFUSAL}; what was held back is never sent. Thinking is judged as text is,
 * each part by itself; a call leaves whole, once all of it is judged, as half a call is of no use to anybody. A token's log probabilities
 * leave once its whole text has: they spell it; citations leave behind the text that they are about.
 */
final class GuardedStream extends ForwardingStream {
    /** So much text is judged at once at most; what an upstream gives in one piece may be more. */
    private static final int WORDS_MAX = 4096;

    private enum Part {
        NONE,
        TEXT,
        THINKING
    }

    private final Policy policy;
    private final int window;
    private final Verdicts verdicts;
    private final HeldLogprobs logprobs = new HeldLogprobs();
    private final HeldCitations citations = new HeldCitations();
    /** What is judged and waits for its reader. */
    private final ArrayDeque<Event> ready = new ArrayDeque<>();

    /** Events of the call that is open, and what there is to judge of it. */
    private final List<Event> heldCall = new ArrayList<>();

    private final StringBuilder heldWords = new StringBuilder();
    /** Text or thinking that came and is not judged yet: a look at more costs little more than one at less. */
    private final StringBuilder words = new StringBuilder();

    private Part wordsOf = Part.NONE;
    /** What ended the inner stream behind them. */
    private @Nullable RuntimeException fault;
    /** Bytes of an upstream that wait for the words in them to be judged. */
    private final ArrayDeque<HeldBytes> heldBytes = new ArrayDeque<>();

    private final UntoldTexts untold;
    /** Characters of text and thinking that came, and that left. */
    private long came;

    private long left;
    private Part part = Part.NONE;
    private Scanner scanner;
    private boolean judged;
    private boolean ended;
    private volatile @Nullable Refusal refusal;

    /**
     * Bytes that wait.
     *
     * @param came characters that must leave before
     * @param needs what must be free of the texts in them of which no event tells
     */
    private record HeldBytes(long came, List<UntoldTexts.Need> needs, Passed bytes) {
        boolean mayLeave(long left) {
            return came <= left && (needs.isEmpty() || needs.stream().allMatch(UntoldTexts.Need::met));
        }
    }

    /** Hears the one verdict on the whole answer; none if the stream breaks off. */
    interface Verdicts {
        void passed();

        Refusal refused(Rule rule);
    }

    /** @param window as in {@link Scanner} */
    GuardedStream(TokenStream inner, Policy policy, int window, Verdicts verdicts) {
        super(inner);
        this.policy = policy;
        this.window = window;
        this.scanner = policy.scanner(window);
        this.untold = new UntoldTexts(() -> policy.scanner(window));
        this.verdicts = verdicts;
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("the stream has ended");
        }
        if (ready.isEmpty() && !await(timeout)) {
            return null;
        }
        Event event = ready.remove();
        ended = event instanceof Finished;
        return event;
    }

    /** Waits until something is ready; false when nothing came in time. */
    private boolean await(Duration timeout) throws InterruptedException {
        long begin = System.nanoTime();
        Duration wait = timeout;
        while (ready.isEmpty()) {
            if (judged) {
                throw new IllegalStateException("the stream has ended");
            }
            Event event = read(wait);
            if (event != null) {
                take(event);
            } else if (words.isEmpty()) {
                return false;
            } else {
                judgeWords();
                releaseBytes();
            }
            Duration rest = timeout.minusNanos(System.nanoTime() - begin);
            wait = rest.isNegative() ? Duration.ZERO : rest;
        }
        return true;
    }

    /** What comes next; where there are words to judge, only what is there already. */
    private @Nullable Event read(Duration wait) throws InterruptedException {
        if (fault != null) {
            throw fault;
        }
        if (words.isEmpty()) {
            return inner.next(wait);
        }
        try {
            return inner.next(Duration.ZERO);
        } catch (RuntimeException e) {
            // What came before it leaves before it.
            fault = e;
            return null;
        }
    }

    private void take(Event event) {
        switch (event) {
            case TextDelta(String text) -> {
                citations.came(text);
                say(Part.TEXT, text);
            }
            case ThinkingDelta(String text) -> say(Part.THINKING, text);
            case Passed bytes -> hold(bytes);
            case Started _, CallStart _, CallArguments _, CallEnd _, Logprobs _, Cited _, Finished _ -> {
                if (judgeWords()) {
                    takeBehindWords(event);
                }
            }
        }
        releaseBytes();
    }

    private void takeBehindWords(Event event) {
        switch (event) {
            case Started started -> ready.add(started);
            case CallStart start -> {
                if (turnTo(Part.NONE)) {
                    hold(start, start.name() + "\n");
                }
            }
            case CallArguments more -> hold(more, more.json());
            case CallEnd end -> endCall(end);
            case Logprobs(List<TokenLogprob> tokens) -> {
                logprobs.add(tokens);
                release(logprobs.free());
            }
            case Cited cited -> {
                citations.add(cited);
                ready.addAll(citations.leave(""));
            }
            case Finished finished -> {
                if (turnTo(Part.NONE) && passes(untold.end())) {
                    judged = true;
                    release(logprobs.rest());
                    verdicts.passed();
                    heldBytes.forEach(held -> ready.add(held.bytes()));
                    heldBytes.clear();
                    ready.add(finished);
                }
            }
            case TextDelta _, ThinkingDelta _, Passed _ -> throw new IllegalStateException("words are judged before");
        }
    }

    private void releaseBytes() {
        while (!heldBytes.isEmpty()
                && heldCall.isEmpty()
                && heldBytes.getFirst().mayLeave(left)) {
            ready.add(heldBytes.remove().bytes());
        }
    }

    private void hold(Passed bytes) {
        if (policy.isEmpty() || bytes.untold().isEmpty() && untold.isEmpty()) {
            heldBytes.add(new HeldBytes(came, List.of(), bytes));
        } else if (judgeWords()) {
            List<UntoldTexts.Need> needs = new ArrayList<>();
            if (passes(untold.take(bytes, needs))) {
                heldBytes.add(new HeldBytes(came, needs, bytes));
            }
        }
    }

    private void say(Part next, String text) {
        if (wordsOf != next && !judgeWords()) {
            return;
        }
        came += text.length();
        wordsOf = next;
        words.append(text);
        if (words.length() >= WORDS_MAX) {
            judgeWords();
        }
    }

    /** False if nothing more leaves. */
    private boolean judgeWords() {
        if (words.isEmpty()) {
            return true;
        }
        String text = words.toString();
        words.setLength(0);
        return turnTo(wordsOf) && judge(scanner.accept(text));
    }

    /** Ends the part before, if this is another; false if that was refused. */
    private boolean turnTo(Part next) {
        boolean passes = part == next || part == Part.NONE || judge(scanner.end());
        if (part != next) {
            scanner = policy.scanner(window);
            part = next;
        }
        return passes;
    }

    /** Lets go of what may leave; false if nothing more does. */
    private boolean judge(Scanner.Result result) {
        return switch (result) {
            case Scanner.Released(String free) -> {
                release(free);
                yield true;
            }
            case Scanner.Hit(String before, Rule rule) -> {
                release(before);
                refuse(rule);
                yield false;
            }
        };
    }

    private boolean passes(@Nullable Rule broken) {
        if (broken != null) {
            refuse(broken);
        }
        return broken == null;
    }

    private void refuse(Rule rule) {
        judged = true;
        inner.close();
        heldBytes.clear();
        refusal = verdicts.refused(rule);
        ready.add(new Finished(StopReason.REFUSAL, null, inner.usage()));
    }

    private void hold(Event event, String words) {
        if (policy.isEmpty()) {
            ready.add(event);
        } else {
            heldCall.add(event);
            heldWords.append(words);
        }
    }

    private void endCall(CallEnd end) {
        Scanner words = policy.scanner(window);
        Scanner.Result result = words.accept(JsonText.unescaped(heldWords.toString()));
        if (result instanceof Scanner.Released) {
            result = words.end();
        }
        if (result instanceof Scanner.Hit hit) {
            refuse(hit.rule());
        } else {
            ready.addAll(heldCall);
            ready.add(end);
        }
        heldCall.clear();
        heldWords.setLength(0);
    }

    private void release(String text) {
        if (text.isEmpty()) {
            return;
        }
        left += text.length();
        if (part == Part.THINKING) {
            ready.add(new ThinkingDelta(text));
        } else {
            ready.addAll(citations.leave(text));
            logprobs.left(text);
            release(logprobs.free());
        }
    }

    private void release(List<TokenLogprob> tokens) {
        if (!tokens.isEmpty()) {
            ready.add(new Logprobs(tokens));
        }
    }

    @Override
    public boolean leave() {
        return !judged && inner.leave();
    }

    @Override
    public @Nullable Refusal refusal() {
        return refusal;
    }
}
