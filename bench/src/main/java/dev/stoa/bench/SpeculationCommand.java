package dev.stoa.bench;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench speculation}: what prompt lookup is worth, by what the answer has to do with its prompt. */
@Command(
        name = "speculation",
        mixinStandardHelpOptions = true,
        description =
                "Decode tokens a second with speculation by prompt lookup beside the same without, for answers that"
                        + " repeat their prompt and for answers that don't. Both must say the same.")
final class SpeculationCommand implements Callable<Integer> {
    private static final int CONTEXT = 2048;
    private static final int MAX_BATCH_TOKENS = 512;

    private static final String TEXT = """
            The lighthouse at Point Arden was built in 1871 by the engineer Thomas Wale. It stands 34 metres above the \
            sea and its lamp can be seen from 18 miles away. The first keeper, Mary Oakes, kept a diary of every ship \
            that passed, and her diary is now in the museum of the town. In 1923 the lamp was changed from oil to \
            electricity, and in 1986 the last keeper left. Today the lighthouse is open to visitors on Sundays.""";

    /** From the one whose answer stands in its prompt to the one whose answer has nothing to do with it. */
    private static final List<Task> TASKS = List.of(
            new Task("copy", "Repeat this text word for word:\n\n" + TEXT),
            new Task("summary", "Summarise this text in three sentences:\n\n" + TEXT),
            new Task("free", "Tell me a story about a fox and a river."));

    private record Task(String name, String prompt) {}

    @Mixin
    private ModelFlags flags = new ModelFlags();

    @Option(names = "--repetitions", description = "runs of each case; the median is printed (default: 5)")
    private int repetitions = 5;

    @Option(names = "--batch", split = ",", description = "requests decoded together (default: 1,8)")
    private List<Integer> batch = List.of(1, 8);

    @Option(names = "--guesses", description = "tokens guessed at once (default: 4)")
    private int guesses = 4;

    @Option(names = "--tokens", description = "tokens of each answer at most (default: 128)")
    private int tokens = 128;

    @Override
    public Integer call() {
        Path file = flags.file();
        Report report = flags.report();
        Map<String, Object> machine = Machine.describe(MachineLimits.measure(flags.threads()), flags.threads());
        try (Engine plain = Engine.load(file, options(0));
                Engine guessing = Engine.load(file, options(guesses))) {
            machine.put("model", plain.info().name() + " " + plain.info().quantization());
            report.machine(machine);
            for (Task task : TASKS) {
                batch.forEach(count -> compare(task, count, plain, guessing, report));
            }
        }
        return 0;
    }

    private EngineOptions options(int speculative) {
        return EngineOptions.builder()
                .threads(flags.threads())
                .contextLength(CONTEXT)
                .maxRunning(batch.stream().max(Integer::compare).orElse(1))
                .maxBatchTokens(MAX_BATCH_TOKENS)
                .speculativeTokens(speculative)
                .build();
    }

    private void compare(Task task, int count, Engine plain, Engine guessing, Report report) {
        double[] without = new double[repetitions];
        double[] with = new double[repetitions];
        var _ = answer(plain, task, count).rate()
                + answer(guessing, task, count).rate();
        EngineMetrics before = guessing.metrics();
        for (int i = 0; i < repetitions; i++) {
            Answer first = answer(plain, task, count);
            Answer second = answer(guessing, task, count);
            if (!Arrays.equals(first.tokens(), second.tokens())) {
                throw new IllegalStateException("speculation changed the answer to " + task.name());
            }
            without[i] = first.rate();
            with[i] = second.rate();
        }
        EngineMetrics after = guessing.metrics();
        String name = task.name() + ", batch " + count;
        report.add(new Row(
                "speculation",
                name,
                "tokens/s",
                EngineBenchmark.median(with),
                "without",
                EngineBenchmark.median(without),
                null));
        long guessed = after.draftedTokens() - before.draftedTokens();
        double right = guessed == 0 ? 0 : 100.0 * (after.acceptedTokens() - before.acceptedTokens()) / guessed;
        report.add(new Row("speculation", name + ", guesses that were right", "%", right, null, null, null));
    }

    /** The first request's tokens, and tokens a second of all of them together from the first token on. */
    private record Answer(int[] tokens, double rate) {}

    private Answer answer(Engine engine, Task task, int count) {
        int[] prompt = engine.encodeChat(List.of(new ChatMessage("user", task.prompt())));
        List<TimedRun> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EngineRequest request = new EngineRequest(prompt, tokens, Sampling.GREEDY);
            runs.add(TimedRun.of(engine.submit(request), System.nanoTime()));
        }
        runs.forEach(TimedRun::join);
        long begin = runs.stream().mapToLong(TimedRun::firstNanos).max().orElseThrow();
        long end = runs.stream().mapToLong(TimedRun::lastNanos).max().orElseThrow();
        long counted = runs.stream().mapToLong(run -> run.tokensIn(begin, end)).sum();
        return new Answer(runs.getFirst().generation().tokens(), counted / ((end - begin) / 1e9));
    }
}
