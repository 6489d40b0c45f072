package dev.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.json.Json;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Schemas and expressions that are made to be dear: each is compiled or refused, within a bound, and nothing else happens.
 * A failure prints the seed that repeats it.
 */
class HostileFormsTest {
    private static final long SEED = Long.getLong("stoa.test.seed", 20_261_124);
    private static final int GENERATED = Integer.getInteger("stoa.test.schemas", 250);

    /** What one compilation may allocate: a measure of its work that is the JVM's own, and no time. */
    private static final long BYTES_MAX = 2L << 30;

    /** Half of what a thread has in general. */
    private static final int STACK_BYTES = 512 << 10;

    /** Only so that a failure ends; a compilation takes a second. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static TokenTrie trie;

    @BeforeAll
    static void open() {
        try (GgufFile file = GgufFile.open(TestModels.smollm2())) {
            trie = TokenTrie.of(Tokenizer.from(file));
        }
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("parts that may end anywhere", pattern("^" + "[ab]{0,5000}".repeat(3) + "$")),
                Arguments.of("thirty of them", pattern("^" + "[ab]{0,5000}".repeat(30) + "$")),
                Arguments.of("a set of states for each text", pattern("(a|b)*a(a|b){40}")),
                Arguments.of("large categories", pattern("\\p{L}".repeat(40_000))),
                Arguments.of("large sets", pattern("[\\P{L}]".repeat(28_000))),
                Arguments.of(
                        "a set of many",
                        pattern("[" + many(100_000, "", i -> "" + (char) (0x3400 + i % 40_000)) + "]")),
                Arguments.of("nothing, often", pattern("(?:(?:(?:){5000}){5000}){5000}")),
                Arguments.of("nothing or nothing, often", pattern("(?:(?:(?:){0,5000}){0,5000}){0,5000}")),
                Arguments.of("many empty options", pattern("|".repeat(200_000))),
                Arguments.of("many anchors", pattern("^".repeat(250_000))),
                Arguments.of("groups in groups", pattern("(".repeat(10_000) + ")".repeat(10_000))),
                Arguments.of("schemas in schemas", "{\"allOf\":[".repeat(5_000) + "{}" + "]}".repeat(5_000)),
                Arguments.of(
                        "a chain of references",
                        "{\"$defs\":{" + many(5_000, i -> "\"a" + i + "\":" + reference(i + 1))
                                + ",\"a5000\":{}},\"$ref\":\"#/$defs/a0\"}"),
                Arguments.of("many of all", "{\"allOf\":[" + many(80_000, _ -> "{}") + "]}"),
                Arguments.of(
                        "branches apart by long lists",
                        "{\"oneOf\":[" + many(200, i -> "{\"enum\":[" + many(100, j -> "" + (100 * i + j)) + "]}")
                                + "]}"),
                Arguments.of(
                        "two long lists of values",
                        "{\"allOf\":[{\"enum\":[" + many(18_000, i -> "" + i) + "]},{\"enum\":["
                                + many(18_000, i -> "-" + i) + "]}]}"),
                Arguments.of(
                        "one long array of unique values",
                        "{\"enum\":[[" + many(40_000, i -> "" + i) + "]],\"uniqueItems\":true}"),
                Arguments.of(
                        "many first elements",
                        "{\"type\":\"array\",\"prefixItems\":[" + many(60_000, _ -> "{}") + "]}"),
                Arguments.of(
                        "many optional properties", object(many(9_000, i -> "\"p" + i + "\":{\"type\":\"string\"}"))),
                Arguments.of(
                        "many numbers",
                        object(many(
                                2_000,
                                i -> "\"p" + i + "\":{\"type\":\"number\",\"minimum\":" + i + ".123456789012345}"))),
                Arguments.of(
                        "many patterns",
                        object(many(4_000, i -> "\"p" + i + "\":" + pattern("^[ab]{0," + (5000 - i % 9) + "}$")))),
                Arguments.of(
                        "many patterns of names",
                        "{\"type\":\"object\",\"properties\":{"
                                + many(1_000, i -> "\"b" + i + "\":{}") + "},\"patternProperties\":{"
                                + many(1_000, i -> "\"^a" + i + "$\":{}") + "}}"),
                Arguments.of(
                        "one object in many",
                        "{\"$defs\":{\"a0\":" + object(many(1_500, i -> "\"p" + i + "\":true"))
                                + "},\"type\":\"object\",\"properties\":{"
                                + many(2_000, i -> "\"q" + i + "\":{\"allOf\":[" + reference(0) + ",{}]}") + "}}"),
                Arguments.of(
                        "objects that need each other in a chain",
                        "{\"$defs\":{\"a0\":{},"
                                + many(
                                        1_800,
                                        i -> "\"a" + (i + 1)
                                                + "\":{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":"
                                                + reference(i) + "}}")
                                + "},\"type\":\"object\",\"properties\":{"
                                + many(1_800, i -> "\"p" + i + "\":" + reference(i)) + "}}"),
                Arguments.of(
                        "a long key above many values",
                        "{\"" + "k".repeat(100_000) + "\":[" + many(30_000, _ -> "[]") + "]}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatIsDearIsCompiledOrRefused(String what, String schema) throws Exception {
        compile(what, schema);
    }

    @Test
    void whateverTheSchemaItIsCompiledOrRefused() throws Exception {
        for (int i = 0; i < GENERATED; i++) {
            String schema = new HostileSchemas(new Random(SEED + i)).next();
            compile("schema " + i + " of -Dstoa.test.seed=" + SEED + ": " + schema, schema);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"enum\":[1,2],"})
    void aSchemaThatManyPathsLeadToIsLookedAtOnce(String values) throws Exception {
        String both = many(45, i -> "\"a" + i + "\":{\"allOf\":[" + reference(i + 1) + "," + reference(i + 1) + "]}");
        String schema = "{\"$defs\":{" + both + ",\"a45\":{}}," + values + "\"$ref\":\"#/$defs/a0\"}";
        assertThat(compile("a double path on each of 45 levels", schema)).isNull();
    }

    @Test
    void longListsOfValuesAreCompiled() throws Exception {
        assertThat(compile("a list of 5,000 values", values(5_000))).isNull();
        String lists = object(many(10, i -> "\"p" + i + "\":" + values(800)));
        assertThat(compile("ten lists of 800 values", lists)).isNull();
    }

    @Test
    void aPatternOfManyTextsIsCompiledOnce() throws Exception {
        String text = "{\"type\":\"string\",\"pattern\":\"^[^<>]*$\",\"maxLength\":255}";
        assertThat(compile("one pattern of 200 texts", object(many(200, i -> "\"p" + i + "\":" + text))))
                .isNull();
    }

    /** Compiles a schema and finds its first tokens; null, or why it is refused. */
    private static @Nullable ConstraintException compile(String what, String schema) throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        long[] bytes = new long[1];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Runnable compilation = () -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                FormCompiler.compile(new Constraint.JsonSchema(schema), trie)
                        .matcher()
                        .allowed();
            } catch (Throwable t) {
                thrown[0] = t;
            }
            bytes[0] = threads.getCurrentThreadAllocatedBytes() - before;
        };
        Thread thread = Thread.ofPlatform().daemon().stackSize(STACK_BYTES).start(compilation);
        assertThat(thread.join(PATIENCE)).as("the end of compiling %s", what).isTrue();
        if (thrown[0] != null && !(thrown[0] instanceof ConstraintException)) {
            throw new AssertionError(what, thrown[0]);
        }
        assertThat(bytes[0]).as("bytes to compile %s", what).isLessThan(BYTES_MAX);
        return (ConstraintException) thrown[0];
    }

    private static String pattern(String source) {
        return "{\"type\":\"string\",\"pattern\":" + Json.write(source) + "}";
    }

    private static String object(String properties) {
        return "{\"type\":\"object\",\"properties\":{" + properties + "}}";
    }

    private static String values(int count) {
        return "{\"enum\":[" + many(count, i -> "\"v" + i + "\"") + "]}";
    }

    private static String reference(int number) {
        return "{\"$ref\":\"#/$defs/a" + number + "\"}";
    }

    private static String many(int count, IntFunction<String> each) {
        return many(count, ",", each);
    }

    private static String many(int count, String separator, IntFunction<String> each) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(separator));
    }
}
