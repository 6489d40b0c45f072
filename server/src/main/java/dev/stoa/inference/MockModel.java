package dev.stoa.inference;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model for tests and load: it writes plain words at a pace that its name sets, {@code mock-FIRST-EVERY-LENGTH} or
 * {@code mock-FIRST-EVERY-LENGTH-THOUGHT}: milliseconds to the first token, milliseconds between tokens, tokens of the
 * answer, tokens that it thinks before it. What it writes depends on prompt and seed
 * only, so that a cut answer can be checked to go on as it must. It computes nothing and understands nothing.
 *
 * @param first time to the first token
 * @param every time between tokens
 * @param length tokens of an answer, unless the request allows fewer
 * @param thought tokens of thinking before them
 */
public record MockModel(String name, Duration first, Duration every, int length, int thought) {
    private static final Pattern NAME = Pattern.compile("mock-(\\d{1,6})-(\\d{1,6})-(\\d{1,6})(?:-(\\d{1,5}))?");
    private static final int CONTEXT = 1_000_000;
    private static final int CHARACTERS_PER_TOKEN = 4;

    /** A token's id is its place here. */
    private static final String[] WORDS =
            ("the hall was open to all who came and many spoke at once of light stone water "
                            + "bread maps ships stars salt wind olive trees law music numbers rain fire glass roads letters seeds "
                            + "time and each answer found its own ear while columns stood quiet in long evening shade so nobody "
                            + "waited")
                    .split(" ");

    /** Empty where the name is not of this kind. */
    public static Optional<MockModel> named(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new MockModel(
                name,
                Duration.ofMillis(Integer.parseInt(matcher.group(1))),
                Duration.ofMillis(Integer.parseInt(matcher.group(2))),
                Math.max(1, Integer.parseInt(matcher.group(3))),
                matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4))));
    }

    /** Its place in a catalogue. */
    public Model model() {
        return new Model(name, List.of(), name, Instant.EPOCH, CONTEXT, true);
    }

    /** A quarter of the characters. */
    public static int countTokens(GenerationRequest request) {
        return switch (request.prompt()) {
            case Prompt.Text(String text) -> tokens(text);
            case Prompt.Original _ -> throw Prompt.Original.notHere();
            case Prompt.Conversation conversation ->
                conversation.messages().stream()
                        .mapToInt(message -> tokens(message.plainText()))
                        .sum();
        };
    }

    private static int tokens(String text) {
        return 1 + text.length() / CHARACTERS_PER_TOKEN;
    }

    private static String question(GenerationRequest request) {
        return switch (request.prompt()) {
            case Prompt.Text(String text) -> text;
            case Prompt.Original _ -> throw Prompt.Original.notHere();
            case Prompt.Conversation conversation ->
                conversation.messages().getLast().plainText();
        };
    }

    /** Begins an answer. The gate judges it like any other. */
    public TokenStream answer(GenerationRequest request) {
        return new Stream(request);
    }

    private final class Stream implements TokenStream {
        private final int promptTokens;
        private final long key;
        private final int end;
        private final List<Integer> tokens;
        private final int begun;
        private final long begin = System.nanoTime();
        private boolean started;
        private boolean told;
        private int given;
        private boolean finished;
        private volatile boolean closed;

        Stream(GenerationRequest request) {
            this.promptTokens = countTokens(request);
            this.key = request.sampling().seed() * 31 + question(request).hashCode();
            this.end = Math.min(thought + length, request.maxTokens());
            this.tokens = new ArrayList<>(request.begun());
            this.begun = tokens.size();
        }

        @Override
        public @Nullable Event next(Duration timeout) {
            if (finished || closed) {
                throw new IllegalStateException("the stream has ended");
            }
            if (!started) {
                started = true;
                return new Started(promptTokens, 0);
            }
            if (!told && begun > 0) {
                int from = given;
                given = from < thought ? Math.min(begun, thought) : begun;
                told = given == begun;
                StringBuilder text = new StringBuilder();
                for (int i = from; i < given; i++) {
                    text.append(text(i, tokens.get(i)));
                }
                return delta(from, text.toString());
            }
            if (tokens.size() >= end) {
                finished = true;
                return new Finished(
                        end < thought + length ? StopReason.MAX_TOKENS : StopReason.END_TURN, null, usage());
            }
            if (!await(timeout)) {
                if (closed) {
                    throw new IllegalStateException("the stream was closed");
                }
                return null;
            }
            int at = tokens.size();
            int token = new SplittableRandom(key ^ (at * 0x9e3779b97f4a7c15L)).nextInt(WORDS.length);
            tokens.add(token);
            return delta(at, text(at, token));
        }

        private Event delta(int at, String text) {
            return at < thought ? new ThinkingDelta(text) : new TextDelta(text);
        }

        /** Waits for the next token's time. @return false if it has not come, or the stream was closed */
        private boolean await(Duration timeout) {
            int drawn = tokens.size() - begun;
            long due = begin + first.plus(every.multipliedBy(drawn)).toNanos();
            long limit = System.nanoTime() + timeout.toNanos();
            while (!closed && due - System.nanoTime() > 0) {
                long left = Math.min(due, limit) - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(Math.min(left, 50_000_000L));
            }
            return !closed;
        }

        /** A sentence of twelve words, a paragraph of five sentences. */
        private String text(int place, int token) {
            int at = place < thought ? place : place - thought;
            String word = WORDS[token];
            if (at % 12 == 0) {
                word = Character.toUpperCase(word.charAt(0)) + word.substring(1);
            }
            String behind = at % 60 == 59 ? ".\n\n" : at % 12 == 11 ? ". " : " ";
            return word + behind;
        }

        @Override
        public TokenUsage usage() {
            return new TokenUsage(promptTokens, 0, tokens.size());
        }

        @Override
        public int[] tokensFrom(int from) {
            int[] all = tokens.stream().mapToInt(Integer::intValue).toArray();
            return Arrays.copyOfRange(all, Math.min(from, all.length), all.length);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
