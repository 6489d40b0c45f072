package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.ToolCall;
import dev.stoa.engine.ToolChoice;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tools and thinking on the wire of both protocols, with an engine that says what the test wants. */
@Tag("e2e")
class ToolsApiTest {
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

    private static CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
        return server.http()
                .sendAsync(
                        server.request(path)
                                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> data(String body) {
        return body.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JSON.readTree(line.substring(6)))
                .toList();
    }

    private static String messages(String more) {
        return "{'model':'scripted','max_tokens':50,'tools':[{'name':'weather','input_schema':{'type':'object'}}],"
                + more + "}";
    }

    private static String chat(String more) {
        return "{'model':'scripted','tools':[{'type':'function','function':{'name':'weather','parameters':"
                + "{'type':'object'}}}]," + more + "}";
    }

    private static final String ASK = "'messages':[{'role':'user','content':'hi'}]";

    @Test
    void anthropicAnswersWhole() throws Exception {
        var answer = postLater("/v1/messages", messages(ASK));
        server.engine()
                .nextRun()
                .think("Hm.")
                .say("I look.")
                .call("weather", "{\"city\":", "\"Oslo\"}")
                .call("weather", "{}")
                .end(Finish.END_OF_TURN);
        JsonNode message = ApiServer.json(answer.get());
        assertThat(message.at("/stop_reason").stringValue()).isEqualTo("tool_use");
        assertThat(message.at("/content").size()).isEqualTo(4);
        assertThat(message.at("/content/0/thinking").stringValue()).isEqualTo("Hm.");
        assertThat(message.at("/content/0/signature").stringValue()).isNotEmpty();
        assertThat(message.at("/content/1/text").stringValue()).isEqualTo("I look.");
        assertThat(message.at("/content/2/type").stringValue()).isEqualTo("tool_use");
        assertThat(message.at("/content/2/id").stringValue()).startsWith("toolu_");
        assertThat(message.at("/content/2/name").stringValue()).isEqualTo("weather");
        assertThat(message.at("/content/2/input/city").stringValue()).isEqualTo("Oslo");
        assertThat(message.at("/content/3/input").isEmpty()).isTrue();
        assertThat(message.at("/content/3/id")).isNotEqualTo(message.at("/content/2/id"));
    }

    @Test
    void anthropicStreamsTheExactSequence() throws Exception {
        var answer = postLater("/v1/messages", messages("'stream':true," + ASK));
        server.engine()
                .nextRun()
                .think("Hm.")
                .say("I look.")
                .call("weather", "{\"city\":\"Oslo\"}")
                .end(Finish.END_OF_TURN);
        List<JsonNode> events = data(answer.get().body());
        assertThat(events.stream()
                        .map(event -> event.get("type").stringValue() + " "
                                + event.path("index").asString("")
                                + event.at("/content_block/type").asString("")
                                + event.at("/delta/type").asString("")))
                .containsExactly(
                        "message_start ",
                        "content_block_start 0thinking",
                        "ping ",
                        "content_block_delta 0thinking_delta",
                        "content_block_delta 0signature_delta",
                        "content_block_stop 0",
                        "content_block_start 1text",
                        "content_block_delta 1text_delta",
                        "content_block_stop 1",
                        "content_block_start 2tool_use",
                        "content_block_delta 2input_json_delta",
                        "content_block_delta 2input_json_delta",
                        "content_block_stop 2",
                        "message_delta ",
                        "message_stop ");
        assertThat(events.get(10).at("/delta/partial_json").stringValue()).isEmpty();
        assertThat(events.get(11).at("/delta/partial_json").stringValue()).isEqualTo("{\"city\":\"Oslo\"}");
        assertThat(events.get(13).at("/delta/stop_reason").stringValue()).isEqualTo("tool_use");
    }

    @Test
    void openAiAnswersWhole() throws Exception {
        var answer = postLater("/v1/chat/completions", chat(ASK));
        server.engine()
                .nextRun()
                .think("Hm.")
                .call("weather", "{\"city\":", "\"Oslo\"}")
                .end(Finish.END_OF_TURN);
        JsonNode choice = ApiServer.json(answer.get()).at("/choices/0");
        assertThat(choice.at("/finish_reason").stringValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/reasoning_content").stringValue()).isEqualTo("Hm.");
        assertThat(choice.at("/message/tool_calls/0/id").stringValue()).startsWith("call_");
        assertThat(choice.at("/message/tool_calls/0/function/name").stringValue())
                .isEqualTo("weather");
        assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
                .isEqualTo("{\"city\":\"Oslo\"}");
        assertThat(ApiServer.json(answer.get())
                        .at("/usage/completion_tokens_details/reasoning_tokens")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void openAiStreamsDeltasOfEachCall() throws Exception {
        var answer = postLater("/v1/chat/completions", chat("'stream':true," + ASK));
        server.engine()
                .nextRun()
                .call("weather", "{\"city\":", "\"Oslo\"}")
                .call("weather", "{}")
                .end(Finish.END_OF_TURN);
        List<JsonNode> chunks = data(answer.get().body());
        List<JsonNode> calls = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls.stream().map(call -> call.get("index").intValue())).containsExactly(0, 0, 0, 1, 1);
        assertThat(calls.getFirst().at("/function/name").stringValue()).isEqualTo("weather");
        assertThat(calls.getFirst().get("type").stringValue()).isEqualTo("function");
        assertThat(calls.get(1).has("id")).isFalse();
        assertThat(calls.get(1).at("/function/arguments").stringValue()
                        + calls.get(2).at("/function/arguments").stringValue())
                .isEqualTo("{\"city\":\"Oslo\"}");
        assertThat(chunks.getLast().at("/choices/0/finish_reason").stringValue())
                .isEqualTo("tool_calls");
    }

    @Test
    void aCallThatIsCutOffIsNoCall() throws Exception {
        var answer = postLater("/v1/messages", messages(ASK));
        // A call's beginning only, as the answer's limit cuts it.
        server.engine().nextRun().say("I look.").beginCall("weather").end(Finish.MAX_TOKENS);
        JsonNode message = ApiServer.json(answer.get());
        assertThat(message.at("/stop_reason").stringValue()).isEqualTo("max_tokens");
        assertThat(message.at("/content").size()).isEqualTo(1);
    }

    @Test
    void theEngineGetsToolsCallsAndResults() throws Exception {
        var answer = postLater(
                "/v1/messages",
                messages("'tool_choice':{'type':'tool','name':'weather'},'messages':[{'role':'user','content':'hi'},"
                        + "{'role':'assistant','content':[{'type':'tool_use','id':'t1','name':'weather','input':{}}]},"
                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':'rain'},"
                        + "{'type':'text','text':'So?'}]}]"));
        server.engine().nextRun().say("ok").end(Finish.END_OF_TURN);
        assertThat(answer.get().statusCode()).isEqualTo(200);
        ChatPrompt prompt = server.engine().lastPrompt();
        assertThat(prompt.toolChoice()).isEqualTo(new ToolChoice.Named("weather"));
        assertThat(prompt.messages().subList(1, 4))
                .containsExactly(
                        new ChatMessage("assistant", "", List.of(new ToolCall("t1", "weather", "{}")), null),
                        ChatMessage.toolResult("t1", "rain"),
                        new ChatMessage("user", "So?"));
    }

    @Test
    void thePolicyJudgesCallsResultsAndTools() throws Exception {
        var answer = postLater("/v1/messages", messages(ASK));
        server.engine().nextRun().call("weather", "{\"q\":\"make a\\nbomb\"}").end(Finish.END_OF_TURN);
        JsonNode message = ApiServer.json(answer.get());
        assertThat(message.at("/stop_reason").stringValue()).isEqualTo("refusal");
        assertThat(message.at("/content").isEmpty()).isTrue();

        for (String body : List.of(
                messages(
                        "'messages':[{'role':'user','content':'hi'},"
                                + "{'role':'assistant','content':[{'type':'tool_use','id':'t1','name':'weather','input':{}}]},"
                                + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':'make a bomb'}]}]"),
                messages(ASK).replace("'input_schema'", "'description':'To make a bomb.','input_schema'"))) {
            JsonNode refused = ApiServer.json(postLater("/v1/messages", body).get());
            assertThat(refused.at("/stop_reason").stringValue()).isEqualTo("refusal");
            assertThat(server.engine().untouched()).isTrue();
        }
    }
}
