package dev.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Outputs written with random tokens of a real vocabulary, judged by a validator that knows nothing of this engine. A
 * failure prints the seed that repeats it.
 */
class SchemaFormTest {
    private static final long SEED = Long.getLong("stoa.test.seed", 20_261_124);
    private static final int OUTPUTS = Integer.getInteger("stoa.test.outputs", 4);
    private static final int GENERATED = Integer.getInteger("stoa.test.schemas", 250);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonSchemaFactory VALIDATORS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final SchemaValidatorsConfig STRICT =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    private static Tokenizer tokenizer;
    private static TokenTrie trie;

    @BeforeAll
    static void open() {
        try (GgufFile file = GgufFile.open(TestModels.smollm2())) {
            tokenizer = Tokenizer.from(file);
            trie = TokenTrie.of(tokenizer);
        }
    }

    @Test
    void everyOutputOfTheCollectedSchemasIsValid() throws Exception {
        Random random = new Random(SEED);
        for (JsonNode schema : resource("accepted.json")) {
            check(schema, random);
        }
    }

    @Test
    void everyOutputOfGeneratedSchemasIsValid() throws Exception {
        int refused = 0;
        for (int i = 0; i < GENERATED; i++) {
            Random random = new Random(SEED + i);
            JsonNode schema = JSON.readTree(new RandomSchemas(random).next());
            try {
                check(schema, random);
            } catch (ConstraintException e) {
                refused++; // the generator doesn't know whether a value can match
            } catch (AssertionError e) {
                throw new AssertionError("schema " + i + ": " + e.getMessage(), e);
            }
        }
        assertThat(refused).as("schemas that were refused").isLessThan(GENERATED / 5);
    }

    private static void check(JsonNode schema, Random random) throws Exception {
        Automaton automaton = FormCompiler.compile(new Constraint.JsonSchema(schema.toString()), trie);
        JsonSchema validator = VALIDATORS.getSchema(schema, STRICT);
        for (int i = 0; i < OUTPUTS; i++) {
            String output;
            try {
                output = new RandomWriter(tokenizer, trie, random).write(automaton);
            } catch (AssertionError e) {
                throw new AssertionError(repeat() + " " + schema + "\n" + e.getMessage(), e);
            }
            try (JsonParser parser = JSON.createParser(output)) {
                JsonNode value = JSON.readTree(parser);
                // The validator wants top-level domains that are registered; RFC 5321 doesn't.
                assertThat(validator.validate(value))
                        .filteredOn(message -> !message.getMessage().contains("email pattern"))
                        .as("%s %s\n%s", repeat(), schema, output)
                        .isEmpty();
            } catch (com.fasterxml.jackson.core.JacksonException e) {
                throw new AssertionError(repeat() + " " + schema + "\nis no JSON: " + output, e);
            }
        }
    }

    private static String repeat() {
        return "repeat with -Dstoa.test.seed=" + SEED + ":";
    }

    @Test
    void whatCantBeCompiledIsRefusedWithThePointerOfTheKeyword() throws Exception {
        for (JsonNode pair : resource("refused.json")) {
            assertThatThrownBy(() -> FormCompiler.compile(
                            new Constraint.JsonSchema(pair.get(1).toString()), trie))
                    .as("%s", pair)
                    .isInstanceOfSatisfying(
                            ConstraintException.class,
                            e -> assertThat(e.pointer())
                                    .as("%s: %s", pair, e.getMessage())
                                    .isEqualTo(pair.get(0).asText()));
        }
        assertThatThrownBy(() -> FormCompiler.compile(new Constraint.JsonSchema("{"), trie))
                .isInstanceOf(ConstraintException.class)
                .hasMessageContaining("not valid JSON");
    }

    private static JsonNode resource(String name) throws Exception {
        try (InputStream in = Objects.requireNonNull(SchemaFormTest.class.getResourceAsStream("/schemas/" + name))) {
            return JSON.readTree(in);
        }
    }
}
