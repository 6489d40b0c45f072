package dev.stoa.engine.golden;

import dev.stoa.engine.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What llama.cpp answers to one prompt: the ids of the prompt, the greedy continuation, and the best five tokens of each
 * of its steps; and what it answers at the same steps without quantised arithmetic.
 *
 * <p>The second was made with llama-server on the same file dequantised to F32 ({@code llama-quantize
 * --allow-requantize file out F32}), keys and values in F32, no flash attention, one request a step:
 * {@code {"prompt": promptIds + greedyIds[..step], "n_predict": 1, "temperature": 0, "n_probs": 40}}.
 *
 * @param messages the conversation that {@code text} was rendered from; empty for a plain prompt
 * @param top5 by step, best first
 * @param firstCloseStep the first step whose two best logits are less than 0.1 apart, or the number of steps
 * @param exact by step, best first: the exact log probabilities of the top five and of {@code top5}'s tokens
 */
public record Golden(
        String model,
        String name,
        String text,
        List<ChatMessage> messages,
        int[] promptIds,
        int[] greedyIds,
        String greedyText,
        List<List<Candidate>> top5,
        int firstCloseStep,
        List<List<Exact>> exact) {

    /** A token with its logit and the natural logarithm of its probability. */
    public record Candidate(int id, double logit, double logprob) {}

    /** A token with the natural logarithm of its probability. */
    public record Exact(int id, double logprob) {}

    public static List<Golden> smollm2() {
        return read("smollm2-135m-q4_1");
    }

    public static List<Golden> gemma3() {
        return read("gemma3-270m-q4_k_m");
    }

    @Override
    public String toString() {
        return model + " " + name;
    }

    private static List<Golden> read(String name) {
        Map<?, ?> root = parse(name + ".json");
        Map<String, List<List<Exact>>> exact = new HashMap<>();
        for (Object each : (List<?>) get(parse(name + "-exact.json"), "prompts")) {
            Map<?, ?> prompt = (Map<?, ?>) each;
            exact.put((String) get(prompt, "name"), steps(get(prompt, "best_per_step__id_logprob"), Golden::exact));
        }
        String model = (String) get(root, "model");
        return ((List<?>) get(root, "prompts"))
                .stream()
                        .map(prompt -> (Map<?, ?>) prompt)
                        .map(prompt -> prompt(model, prompt, Objects.requireNonNull(exact.get(get(prompt, "name")))))
                        .toList();
    }

    private static Map<?, ?> parse(String file) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file), file)) {
            return (Map<?, ?>) Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> List<List<T>> steps(Object list, Function<List<?>, T> reader) {
        return ((List<?>) list)
                .stream()
                        .map(step -> ((List<?>) step)
                                .stream()
                                        .map(each -> reader.apply((List<?>) each))
                                        .toList())
                        .toList();
    }

    private static Golden prompt(String model, Map<?, ?> prompt, List<List<Exact>> exact) {
        List<List<Candidate>> top5 = steps(get(prompt, "top5_per_step__id_logit_logprob"), Golden::candidate);
        Object close = prompt.get("first_step_margin_below_0.1");
        return new Golden(
                model,
                (String) get(prompt, "name"),
                (String) get(prompt, "text"),
                messages(prompt.get("messages")),
                ints(get(prompt, "prompt_ids")),
                ints(get(prompt, "greedy_ids")),
                (String) get(prompt, "greedy_text"),
                top5,
                close == null ? top5.size() : ((Double) close).intValue(),
                exact);
    }

    private static List<ChatMessage> messages(Object list) {
        if (!(list instanceof List<?> messages)) {
            return List.of();
        }
        return messages.stream()
                .map(message -> (Map<?, ?>) message)
                .map(message -> new ChatMessage((String) get(message, "role"), (String) get(message, "content")))
                .toList();
    }

    private static Candidate candidate(List<?> numbers) {
        return new Candidate(((Double) numbers.get(0)).intValue(), (Double) numbers.get(1), (Double) numbers.get(2));
    }

    private static Exact exact(List<?> numbers) {
        return new Exact(((Double) numbers.get(0)).intValue(), (Double) numbers.get(1));
    }

    private static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(number -> ((Double) number).intValue()).toArray();
    }

    private static Object get(Map<?, ?> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }
}
