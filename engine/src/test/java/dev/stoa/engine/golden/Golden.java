package dev.stoa.engine.golden;

import dev.stoa.engine.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What llama.cpp answers to one prompt: the ids of the prompt, the greedy continuation, and the best five tokens of each
 * of its steps.
 *
 * @param messages the conversation that {@code text} was rendered from; empty for a plain prompt
 * @param top5 by step, best first
 * @param firstCloseStep the first step whose two best logits are less than 0.1 apart, or the number of steps
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
        int firstCloseStep) {

    /** A token with its logit and the natural logarithm of its probability. */
    public record Candidate(int id, double logit, double logprob) {}

    public static List<Golden> smollm2() {
        return read("smollm2-135m-q4_1.json");
    }

    public static List<Golden> gemma3() {
        return read("gemma3-270m-q4_k_m.json");
    }

    @Override
    public String toString() {
        return model + " " + name;
    }

    private static List<Golden> read(String file) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file), file)) {
            Map<?, ?> root = (Map<?, ?>) Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            String model = (String) get(root, "model");
            return ((List<?>) get(root, "prompts"))
                    .stream().map(prompt -> prompt(model, (Map<?, ?>) prompt)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Golden prompt(String model, Map<?, ?> prompt) {
        List<List<Candidate>> top5 = ((List<?>) get(prompt, "top5_per_step__id_logit_logprob"))
                .stream()
                        .map(step -> ((List<?>) step)
                                .stream().map(each -> candidate((List<?>) each)).toList())
                        .toList();
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
                close == null ? top5.size() : ((Double) close).intValue());
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

    private static int[] ints(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(number -> ((Double) number).intValue()).toArray();
    }

    private static Object get(Map<?, ?> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }
}
