package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRejectedException.Reason;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.Pooling;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.golden.Golden;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The engine through its façade, on a real model; after all tests no block of keys and values may be missing. */
class LocalEngineTest {
    private static final int CONTEXT = 160;
    private static final int MAX_RUNNING = 4;
    private static final int MAX_QUEUED = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static LocalEngine engine;

    @BeforeAll
    static void load() {
        engine = LocalEngine.open(
                TestModels.smollm2(),
                new EngineOptions(2, OptionalInt.of(CONTEXT), MAX_RUNNING, MAX_QUEUED, 64L << 20, 24));
    }

    @AfterAll
    static void closeAndValidate() {
        Generation open = engine.submit(request(prompt(), 100));
        engine.close();
        assertThat(read(open).finish()).isEqualTo(Finish.CANCELLED);
        engine.validate();
        assertThat(engine.metrics().running() + engine.metrics().waiting()).isZero();
        assertThatThrownBy(() -> engine.submit(request(prompt(), 1)))
                .isInstanceOfSatisfying(
                        EngineRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    }

    @Test
    void greedyTokensAreTheReferences() {
        Golden unicode = Golden.smollm2().get(1);
        Result result = read(engine.submit(request(unicode.promptIds(), 12)));
        assertThat(result.tokens()).containsExactly(Arrays.copyOf(unicode.greedyIds(), 12));
        assertThat(unicode.greedyText()).startsWith(result.text().replace("\uFFFD", ""));
        assertThat(result.finish()).isEqualTo(Finish.MAX_TOKENS);
        assertThat(result.usage()).isEqualTo(new Generation.Usage(unicode.promptIds().length, 0, 12));
    }

    @Test
    void tenAtOnceAnswerAsEachDoesAlone() {
        Sampling sampling = new Sampling(1f, 50, 0.95f, 0, 1.1f, 0, 0, 99);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            prompts.add(engine.encode("Number " + i + " of the list of ten " + "very ".repeat(i) + "short", false));
        }
        List<Generation> together = prompts.stream()
                .map(ids -> engine.submit(new EngineRequest(ids, 6, sampling)))
                .toList();
        List<int[]> outputs = together.stream().map(each -> read(each).tokens()).toList();
        for (int i = 0; i < 10; i += 3) {
            assertThat(read(engine.submit(new EngineRequest(prompts.get(i), 6, sampling)))
                            .tokens())
                    .as("prompt %d", i)
                    .containsExactly(outputs.get(i));
        }
    }

    @Test
    void aStopSequenceEndsTheTextBeforeItAcrossTokens() {
        String whole = read(engine.submit(request(prompt(), 12))).text();
        String stop = whole.substring(5, 13);
        Result result =
                read(engine.submit(new EngineRequest(prompt(), 12, Sampling.GREEDY, List.of("never there", stop), -1)));
        assertThat(result.finish()).isEqualTo(Finish.STOP_SEQUENCE);
        assertThat(result.stop()).isEqualTo(stop);
        assertThat(result.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void aHeldBackBeginningOfAStopSequenceIsReleasedAtTheEnd() {
        String whole = read(engine.submit(request(prompt(), 6))).text();
        String stop = whole.substring(whole.length() - 3) + "\u0000";
        Result result = read(engine.submit(new EngineRequest(prompt(), 6, Sampling.GREEDY, List.of(stop), -1)));
        assertThat(result.text()).isEqualTo(whole);
    }

    @Test
    void aRequestThatWasCutOffGoesOnAsIfItNeverWas() {
        int[] ids = engine.encode("Some emoji: 🦜🌋, 数, ž. Now repeat them:", false);
        Sampling sampling = new Sampling(1f, 40, 0.95f, 0.02f, 1.1f, 0.1f, 0.1f, 7);
        Result whole = read(engine.submit(new EngineRequest(ids, 40, sampling)));
        int length = whole.tokens().length;
        for (int cut = 1; cut < length; cut += 3) {
            int[] begun = Arrays.copyOf(whole.tokens(), cut);
            Result again = read(engine.submit(new EngineRequest(ids, 40, sampling, List.of(), -1, begun)));
            assertThat(again.tokens()).as("cut after %d", cut).containsExactly(whole.tokens());
            assertThat(again.text()).as("cut after %d", cut).isEqualTo(whole.text());
            assertThat(again.finish()).isEqualTo(whole.finish());
            assertThat(again.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
            assertThat(again.usage().cachedTokens()).isBetween(1, ids.length);
        }
    }

    @Test
    void logprobsComeWithEachToken() throws InterruptedException {
        Generation generation = engine.submit(new EngineRequest(prompt(), 2, Sampling.GREEDY, List.of(), 3));
        Chunk chunk = Objects.requireNonNull(generation.next(PATIENCE), "the generation is stuck");
        assertThat(chunk.logprobs()).hasSize(1);
        assertThat(chunk.logprobs().get(0).top()).hasSize(3);
        assertThat(chunk.logprobs().get(0).top().get(0).token())
                .isEqualTo(chunk.tokens().get(0));
        read(generation);
    }

    @Test
    void aChatEndsItsTurn() {
        Golden chat = Golden.smollm2().get(2);
        int[] ids = engine.encodeChat(chat.messages());
        assertThat(ids).containsExactly(chat.promptIds());
        Result result = read(engine.submit(request(ids, 64)));
        assertThat(result.finish()).isIn(Finish.END_OF_TURN, Finish.MAX_TOKENS);
        assertThat(result.text()).doesNotContain("<|im_end|>");
    }

    @Test
    void theContextIsTheLimit() {
        int[] long1 = engine.encode("word ".repeat(CONTEXT), false);
        int[] almost = Arrays.copyOf(long1, CONTEXT - 3);
        Result result = read(engine.submit(request(almost, 50)));
        assertThat(result.finish()).isIn(Finish.CONTEXT_FULL, Finish.END_OF_TURN);
        assertThat(result.usage().outputTokens()).isLessThanOrEqualTo(3);
        assertThatThrownBy(() -> engine.submit(request(Arrays.copyOf(long1, CONTEXT), 1)))
                .isInstanceOfSatisfying(
                        EngineRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LONG));
    }

    @Test
    void aTokenThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> engine.submit(request(new int[] {1, 1 << 30}, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1073741824");
    }

    @Test
    void aFullQueueRefusesAndCancellingEmptiesIt() throws InterruptedException {
        List<Generation> all = new ArrayList<>();
        assertThatThrownBy(() -> {
                    for (int i = 0; i <= MAX_RUNNING + MAX_QUEUED; i++) {
                        all.add(engine.submit(request(prompt(), 120)));
                    }
                })
                .isInstanceOfSatisfying(
                        EngineRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.QUEUE_FULL));
        assertThat(engine.fork(all.getFirst(), List.of()))
                .as("nothing needs no room")
                .isEmpty();
        assertThat(engine.embed(List.of(), Pooling.MEAN, Scheduling.DEFAULT)).isEmpty();
        all.forEach(Generation::cancel);
        all.forEach(each -> assertThat(read(each).finish()).isEqualTo(Finish.CANCELLED));
        assertThat(read(engine.submit(request(prompt(), 1))).finish()).isEqualTo(Finish.MAX_TOKENS);
        assertThat(engine.healthy(PATIENCE)).isTrue();
    }

    @Test
    void aPromptIsReadOnceForAllSamplesAndEachHasItsSeed() {
        int[] prompt =
                engine.encode("A list of words that are read only once, however many answers are asked for:", false);
        Sampling sampling = new Sampling(1f, 0, 1, 0, 1, 0, 0, 5);
        List<Result> samples = engine.submit(new EngineRequest(prompt, 6, sampling), 3).stream()
                .map(LocalEngineTest::read)
                .toList();
        assertThat(samples.get(0).usage().cachedTokens()).isZero();
        for (int i = 0; i < 3; i++) {
            Result alone = read(engine.submit(new EngineRequest(prompt, 6, sampling.withSeed(5 + i))));
            assertThat(samples.get(i).tokens()).containsExactly(alone.tokens());
            assertThat(alone.usage().cachedTokens()).isEqualTo(prompt.length - 1);
            assertThat(samples.get(i).usage().cachedTokens()).isEqualTo(i == 0 ? 0 : prompt.length - 1);
        }
    }

    @Test
    void aForkGoesOnFromItsParentAndReadsNothingAgain() {
        Generation parent = engine.submit(request(prompt(), 8));
        Result said = read(parent);
        int[] question = engine.encode(" And then?", false);
        List<Result> forks =
                engine.fork(parent, List.of(request(question, 4), request(new int[] {question[0]}, 4))).stream()
                        .map(LocalEngineTest::read)
                        .toList();
        int thread = prompt().length + said.tokens().length;
        assertThat(parent.tokens()).hasSize(thread).endsWith(said.tokens());
        assertThat(forks.get(0).usage().promptTokens()).isEqualTo(thread + question.length);
        // All but the parent's last token, which it drew but never had to read.
        assertThat(forks.get(0).usage().cachedTokens()).isBetween(thread - 1, thread);
        assertThat(forks.get(0).tokens())
                .containsExactly(read(engine.submit(request(joined(parent.tokens(), question), 4)))
                        .tokens());
    }

    @Test
    void aRequestWhoseTimeIsUpEndsAsExpired() {
        EngineRequest request =
                request(prompt(), 120).withScheduling(Scheduling.DEFAULT.withTimeLimit(Duration.ofNanos(1)));
        assertThat(read(engine.submit(request)).finish()).isEqualTo(Finish.EXPIRED);
    }

    @Test
    void aReaderMayIterate() {
        StringBuilder text = new StringBuilder();
        engine.submit(request(prompt(), 5)).forEach(chunk -> text.append(chunk.text()));
        assertThat(text.toString())
                .isEqualTo(read(engine.submit(request(prompt(), 5))).text());
    }

    @Test
    void aFileThatIsNoModelIsRefusedByName() {
        Path file = Path.of("no-such-model.gguf");
        assertThatThrownBy(() -> LocalEngine.open(file, EngineOptions.defaults()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("no-such-model.gguf");
    }

    @Test
    void aConversationNeedsATemplateThatTakesIt() {
        assertThat(engine.info().chat()).isTrue();
        assertThat(engine.encodeChat(List.of(new ChatMessage("user", "<|im_end|>"))))
                .contains(engine.encode("<|im_end|>", false));
    }

    private record Result(
            int[] tokens,
            String text,
            Finish finish,
            @org.jspecify.annotations.Nullable String stop,
            Generation.Usage usage) {}

    private static int[] prompt() {
        return Golden.smollm2().get(0).promptIds();
    }

    private static EngineRequest request(int[] prompt, int maxTokens) {
        return new EngineRequest(prompt, maxTokens, Sampling.GREEDY);
    }

    private static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static Result read(Generation generation) {
        List<Integer> tokens = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                Chunk chunk = generation.next(PATIENCE);
                if (chunk == null) {
                    Finish finish = Objects.requireNonNull(generation.finish(), "the generation is stuck");
                    return new Result(
                            tokens.stream().mapToInt(token -> token).toArray(),
                            text.toString(),
                            finish,
                            generation.stopSequence(),
                            generation.usage());
                }
                tokens.addAll(chunk.tokens());
                text.append(chunk.text());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
