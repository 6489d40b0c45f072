package dev.stoa.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Embeddings on the wire, with the real model. */
@Tag("e2e")
class EmbeddingsApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("[weapons]\nmake a bomb\n");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static HttpRequest request(String body) {
        return HttpRequest.newBuilder(server.uri("/v1/embeddings"))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + ApiServer.KEY)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
    }

    private static HttpResponse<String> post(String body) throws Exception {
        return server.http().send(request(body), HttpResponse.BodyHandlers.ofString());
    }

    private static float[] vector(JsonNode item) {
        JsonNode numbers = item.get("embedding");
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers.get(i).doubleValue();
        }
        return vector;
    }

    private static double cosine(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    @Test
    void embedsTextsInOrder() throws Exception {
        HttpResponse<String> response =
                post("{'model':'all-minilm-l6-v2','input':['a dog barks','the moon is far','a puppy barks']}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = JSON.readTree(response.body());
        assertThat(answer.get("object").stringValue()).isEqualTo("list");
        assertThat(answer.get("model").stringValue()).isEqualTo("all-minilm-l6-v2");
        assertThat(answer.get("usage").get("prompt_tokens").intValue()).isEqualTo(6 + 6 + 6);
        List<float[]> vectors = new ArrayList<>();
        for (JsonNode item : answer.get("data")) {
            assertThat(item.get("index").intValue()).isEqualTo(vectors.size());
            vectors.add(vector(item));
        }
        assertThat(cosine(vectors.get(0), vectors.get(2))).isGreaterThan(cosine(vectors.get(0), vectors.get(1)) + 0.3);
    }

    @Test
    void base64HoldsTheSameNumbers() throws Exception {
        JsonNode plain = JSON.readTree(
                post("{'model':'all-minilm-l6-v2','input':'a dog'}").body());
        JsonNode packed = JSON.readTree(post("{'model':'all-minilm-l6-v2','input':'a dog','encoding_format':'base64'}")
                .body());
        byte[] bytes = Base64.getDecoder()
                .decode(packed.get("data").get(0).get("embedding").stringValue());
        float[] numbers = new float[384];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        assertThat(bytes).hasSize(4 * 384);
        assertThat(numbers).containsExactly(vector(plain.get("data").get(0)), within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {'input':'x'}                                             | 400 | model
                    {'model':'all-minilm-l6-v2'}                              | 400 | input
                    {'model':'all-minilm-l6-v2','input':[]}                   | 400 | input
                    {'model':'all-minilm-l6-v2','input':''}                   | 400 | input
                    {'model':'all-minilm-l6-v2','input':['x',7]}              | 400 | input[1]
                    {'model':'all-minilm-l6-v2','input':[[1,2]]}              | 400 | input[0]
                    {'model':'all-minilm-l6-v2','input':'x','dimensions':8}   | 400 | dimensions
                    {'model':'all-minilm-l6-v2','input':'x','encoding_format':'hex'} | 400 | encoding_format
                    {'model':'all-minilm-l6-v2','input':'x','more':1}         | 400 | more
                    {'model':'nothing','input':'x'}                           | 404 | model
                    """)
    void namesWhatIsWrong(String body, int status, String param) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("error").get("param").stringValue())
                .isEqualTo(param);
    }

    @Test
    void saysHowLongATextIsThatIsTooLong() throws Exception {
        String text = "word ".repeat(600);
        HttpResponse<String> response = post("{'model':'all-minilm-l6-v2','input':['short','" + text + "']}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("input[1]", "602", "512");
    }

    @Test
    void thePolicyJudgesTheInput() throws Exception {
        HttpResponse<String> response = post("{'model':'all-minilm-l6-v2','input':['fine','how to make a bomb']}");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("weapons");
        assertThat(usage(response)).isEqualTo("all-minilm-l6-v2 refused 0");
    }

    @Test
    void tenAtOnceEachGetTheirOwn() throws Exception {
        List<String> words = List.of("cat", "river", "tax", "music", "bread", "moon", "war", "shoe", "doctor", "snow");
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (String word : words) {
            String body = "{'model':'all-minilm-l6-v2','input':'the " + word + "'}";
            all.add(server.http().sendAsync(request(body), HttpResponse.BodyHandlers.ofString()));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        List<float[]> alone = new ArrayList<>();
        for (String word : words) {
            alone.add(onlyVector(post("{'model':'all-minilm-l6-v2','input':'the " + word + "'}")));
        }
        for (int i = 0; i < words.size(); i++) {
            HttpResponse<String> response = all.get(i).get();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(usage(response)).isEqualTo("all-minilm-l6-v2 completed 4");
            // The model's 8-bit arithmetic takes its scales from the whole batch, so company moves a vector a little.
            float[] together = onlyVector(response);
            for (int other = 0; other < words.size(); other++) {
                double cosine = cosine(together, alone.get(other));
                assertThat(cosine > 0.9)
                        .as("%s and %s: %s", words.get(i), words.get(other), cosine)
                        .isEqualTo(other == i);
            }
        }
    }

    private static float[] onlyVector(HttpResponse<String> response) throws Exception {
        return vector(JSON.readTree(response.body()).get("data").get(0));
    }

    @Test
    void theServedModelEmbedsUnderAnyOfItsNames() throws Exception {
        for (String name : List.of(ScriptedEngine.MODEL, "scripted", "stoa-latest")) {
            HttpResponse<String> response = post("{'model':'" + name + "','input':['four','three']}");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            JsonNode answer = JSON.readTree(response.body());
            assertThat(answer.get("model").stringValue()).isEqualTo(ScriptedEngine.MODEL);
            assertThat(vector(answer.get("data").get(0))).containsExactly(1, 0);
            assertThat(vector(answer.get("data").get(1))).containsExactly(0, 1);
            assertThat(usage(response)).isEqualTo(ScriptedEngine.MODEL + " completed 9");
        }
    }

    @Test
    void theServedModelsLimitsAreNamed() throws Exception {
        String text = "w".repeat(ScriptedEngine.CONTEXT);
        HttpResponse<String> tooLong = post("{'model':'stoa-latest','input':'" + text + "'}");
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(tooLong.body()).contains("2000", "1999");
        HttpResponse<String> cut = post("{'model':'stoa-latest','input':'x','dimensions':1}");
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(cut.body()).contains("must be 2");
    }

    @Test
    void aFullEngineSaysSo() throws Exception {
        server.engine().setFull(true);
        try {
            HttpResponse<String> response = post("{'model':'stoa-latest','input':'x'}");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
            assertThat(response.headers().firstValue("retry-after")).isPresent();
        } finally {
            server.engine().setFull(false);
        }
    }

    @Test
    void isListedAmongTheModels() throws Exception {
        HttpRequest list = HttpRequest.newBuilder(server.uri("/v1/models/all-minilm-l6-v2"))
                .header("authorization", "Bearer " + ApiServer.KEY)
                .build();
        HttpResponse<String> response = server.http().send(list, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"id\":\"all-minilm-l6-v2\"");
    }

    /** The ledger's entry. */
    private static String usage(HttpResponse<String> response) {
        String id = response.headers().firstValue("x-request-id").orElseThrow();
        List<String> rows = new ArrayList<>();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            rows.clear();
            rows.addAll(server.jdbc()
                    .sql("select model || ' ' || outcome || ' ' || input_tokens from usage_event where request_id = ?")
                    .param(id)
                    .query(String.class)
                    .list());
            return rows.size() == 1;
        });
        return rows.getFirst();
    }
}
