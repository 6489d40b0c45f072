package dev.stoa.engine.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a family of byte-level vocabularies cuts text into words before merging. Written as scanners, not as regular
 * expressions, so that a megabyte of letters needs neither stack nor backtracking; each constant gives the expression it
 * stands for. L, N, P and s are Unicode's letters, numbers, punctuation and White_Space.
 *
 * <p>A constant has one or more rules. Each cuts the pieces of the one before: its matches become pieces, and so does
 * what lies between them.
 */
enum PreTokenizer {
    /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?L+| ?N+| ?[^sLN]+|s+(?!S)|s+} */
    GPT2(false, List.of(WordRules::gpt2), "gpt-2", "phi-2", "mpt", "olmo"),

    /** Each number character alone, then {@link #GPT2}. */
    DIGITS_THEN_GPT2(
            false,
            List.of(WordRules::number, WordRules::gpt2),
            "smollm",
            "starcoder",
            "refact",
            "command-r",
            "codeshell",
            "exaone"),

    /**
     * {@code '(s|t|re|ve|m|ll|d)} in either case {@code |[^\r\nLN]?L+|N{1,3}| ?[^sLN]+[\r\n]*|s*[\r\n]+|s+(?!S)|s+}; a
     * word that is a token isn't merged.
     */
    LLAMA3(
            true,
            List.of((text, at, end) -> WordRules.llama3(text, at, end, 3)),
            "llama-bpe",
            "llama3",
            "llama-v3",
            "falcon3",
            "lfm2"),

    /** As {@link #LLAMA3}, merging every word. */
    LLAMA3_MERGED(false, List.of((text, at, end) -> WordRules.llama3(text, at, end, 3)), "dbrx", "smaug-bpe"),

    /** As {@link #LLAMA3} with each number character alone, merging every word. */
    QWEN2(
            false,
            List.of((text, at, end) -> WordRules.llama3(text, at, end, 1)),
            "qwen2",
            "deepseek-r1-qwen",
            "stablelm2"),

    /** Runs of {@code [P$+<=>^~|]}, then {@link #GPT2}, then runs of N, then three ASCII digits at a time. */
    DEFAULT(
            false,
            List.of(WordRules::punctuation, WordRules::gpt2, WordRules::numbers, WordRules::threeDigits),
            "default");

    private final boolean wholeWordsFirst;
    private final List<WordRules.Rule> rules;
    private final List<String> names;

    PreTokenizer(boolean wholeWordsFirst, List<WordRules.Rule> rules, String... names) {
        this.wholeWordsFirst = wholeWordsFirst;
        this.rules = rules;
        this.names = List.of(names);
    }

    /** By its name in {@code tokenizer.ggml.pre}. */
    static Optional<PreTokenizer> find(String name) {
        return Arrays.stream(values()).filter(rule -> rule.names.contains(name)).findFirst();
    }

    static String supportedNames() {
        return Arrays.stream(values())
                .flatMap(rule -> rule.names.stream())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** Whether a word that is itself a token is taken as it is. */
    boolean wholeWordsFirst() {
        return wholeWordsFirst;
    }

    /** Whether this family begins texts with BOS where the file doesn't say. */
    boolean addsBos() {
        return this == LLAMA3;
    }

    /** The ends of the words of {@code text} from {@code from} to {@code to}; each begins where the last one ended. */
    IntList wordEnds(String text, int from, int to) {
        IntList ends = new IntList();
        if (from < to) {
            ends.add(to);
        }
        for (WordRules.Rule rule : rules) {
            ends = cut(rule, text, from, ends);
        }
        return ends;
    }

    private static IntList cut(WordRules.Rule rule, String text, int from, IntList pieces) {
        IntList ends = new IntList();
        int at = from;
        for (int i = 0; i < pieces.size(); i++) {
            int end = pieces.get(i);
            int unmatched = at;
            while (at < end) {
                int matchEnd = rule.matchEnd(text, at, end);
                if (matchEnd == at) {
                    at += Character.charCount(text.codePointAt(at));
                    continue;
                }
                if (unmatched < at) {
                    ends.add(at);
                }
                ends.add(matchEnd);
                at = matchEnd;
                unmatched = at;
            }
            if (unmatched < end) {
                ends.add(end);
            }
        }
        return ends;
    }
}
