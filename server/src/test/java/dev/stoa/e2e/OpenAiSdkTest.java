package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.stoa.api.ApiServer;
import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Generation.Alternative;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The vendor's own Java client, which takes the protocol at its word, against the service. */
@Tag("e2e")
class OpenAiSdkTest {
    private static ApiServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
        client = client(ApiServer.KEY);
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        server.close();
    }

    private static ChatCompletionCreateParams.Builder params(String model, String text) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .maxCompletionTokens(20)
                .addUserMessage(text);
    }

    private static CompletableFuture<Void> model(Consumer<ScriptedEngine.Run> speak) {
        return CompletableFuture.runAsync(() -> {
            try {
                speak.accept(server.engine().nextRun());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void readsAWholeAnswerWithLogProbabilities() {
        CompletableFuture<Void> model = model(run ->
                run.sayWithLogprob("H", -0.25, new Alternative('H', -0.25)).end(Finish.END_OF_TURN));
        ChatCompletion answer = client.chat()
                .completions()
                .create(params(ScriptedEngine.MODEL, "hi")
                        .logprobs(true)
                        .topLogprobs(1)
                        .build());
        model.join();
        ChatCompletion.Choice choice = answer.validate().choices().getFirst();
        assertThat(choice.message().content()).hasValue("H");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(choice.logprobs()
                        .orElseThrow()
                        .content()
                        .orElseThrow()
                        .getFirst()
                        .logprob())
                .isEqualTo(-0.25);
        assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(3);
    }

    @Test
    void readsStreamsOneAfterTheOtherOnOneConnectionThroughSilences() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> model = model(run -> {
                try {
                    // Longer than the server's pings are apart, so that the client must pass over some.
                    assertThat(run.awaitEnd(Duration.ofMillis(700))).isFalse();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                run.say("Hello.").end(Finish.END_OF_TURN);
            });
            try (StreamResponse<ChatCompletionChunk> chunks = client.chat()
                    .completions()
                    .createStreaming(params(ScriptedEngine.MODEL, "hi")
                            .streamOptions(ChatCompletionStreamOptions.builder()
                                    .includeUsage(true)
                                    .build())
                            .build())) {
                List<ChatCompletionChunk> all =
                        chunks.stream().map(ChatCompletionChunk::validate).toList();
                assertThat(all.stream()
                                .flatMap(chunk -> chunk.choices().stream())
                                .map(choice -> choice.delta().content().orElse("")))
                        .contains("Hello.");
                assertThat(all.getLast().usage().orElseThrow().promptTokens()).isEqualTo(2);
            }
            model.join();
        }
    }

    @Test
    void completesPlainText() {
        CompletableFuture<Void> model = model(run -> run.say(" time").end(Finish.MAX_TOKENS));
        Completion completion = client.completions()
                .create(CompletionCreateParams.builder()
                        .model(ScriptedEngine.MODEL)
                        .prompt("Once upon a")
                        .maxTokens(1)
                        .build());
        model.join();
        assertThat(completion.validate().choices().getFirst().text()).isEqualTo(" time");
    }

    @Test
    void throwsTheErrorThatEachStatusStandsFor() {
        assertThatThrownBy(() ->
                        client.chat().completions().create(params("none", "hi").build()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(params(ScriptedEngine.MODEL, "x".repeat(3_000)).build()))
                .isInstanceOf(BadRequestException.class);
        OpenAIClient stranger = client("sk-stoa-nobody");
        try {
            assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
        } finally {
            stranger.close();
        }
        server.engine().setFull(true);
        try {
            assertThatThrownBy(() -> client.chat()
                            .completions()
                            .create(params(ScriptedEngine.MODEL, "hi").build()))
                    .isInstanceOf(InternalServerException.class);
        } finally {
            server.engine().setFull(false);
        }
        assertThat(client.models().list().data().getFirst().validate().id()).isEqualTo(ScriptedEngine.MODEL);
    }

    @Test
    void embeds() {
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("all-minilm-l6-v2")
                        .inputOfArrayOfStrings(List.of("one text", "another"))
                        .build());
        assertThat(answer.data()).hasSize(2);
        assertThat(answer.data().get(1).embedding()).hasSize(384);
        assertThat(answer.usage().promptTokens()).isEqualTo(7);
    }

    @Test
    void callsAToolAndTellsWhatItGave() {
        ChatCompletionCreateParams.Builder conversation = params(ScriptedEngine.MODEL, "hi")
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder().name("weather").build())
                        .build());
        CompletableFuture<Void> model =
                model(run -> run.call("weather", "{\"city\":", "\"Oslo\"}").end(Finish.END_OF_TURN));
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(conversation.build())) {
            chunks.stream().map(ChatCompletionChunk::validate).forEach(accumulator::accumulate);
        }
        model.join();
        ChatCompletion.Choice choice =
                accumulator.chatCompletion().validate().choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call =
                choice.message().toolCalls().orElseThrow().getFirst().asFunction();
        assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Oslo\"}");

        model = model(run -> run.say("It rains.").end(Finish.END_OF_TURN));
        ChatCompletion answer = client.chat()
                .completions()
                .create(conversation
                        .addMessage(choice.message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("rain")
                                .build())
                        .build());
        model.join();
        assertThat(answer.choices().getFirst().message().content()).hasValue("It rains.");
        assertThat(server.engine().lastPrompt().messages().getLast())
                .isEqualTo(ChatMessage.toolResult(call.id(), "rain"));
    }

    @Test
    void respondsWithCallsInTypedEvents() {
        ResponseCreateParams.Builder conversation = ResponseCreateParams.builder()
                .model(ScriptedEngine.MODEL)
                .instructions("Be brief.")
                .store(false)
                .addTool(FunctionTool.builder()
                        .name("weather")
                        .parameters(FunctionTool.Parameters.builder().build())
                        .strict(false)
                        .build());
        CompletableFuture<Void> model = model(run -> run.think("Hm.")
                .say("I look.")
                .call("weather", "{\"city\":", "\"Oslo\"}")
                .end(Finish.END_OF_TURN));
        List<ResponseStreamEvent> events;
        try (StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(conversation.input("hi").build())) {
            events = stream.stream().map(ResponseStreamEvent::validate).toList();
        }
        model.join();
        Response response = events.getLast().asCompleted().response();
        assertThat(response.status()).hasValue(ResponseStatus.COMPLETED);
        assertThat(response.output()).hasSize(3);
        ResponseFunctionToolCall call = response.output().getLast().asFunctionCall();
        assertThat(call.arguments()).isEqualTo("{\"city\":\"Oslo\"}");
        assertThat(events.stream().filter(ResponseStreamEvent::isFunctionCallArgumentsDelta))
                .hasSize(2);

        model = model(run -> run.say("It rains.").end(Finish.END_OF_TURN));
        Response answer = client.responses()
                .create(conversation
                        .inputOfResponse(List.of(
                                ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                                        .role(ResponseInputItem.Message.Role.USER)
                                        .addInputTextContent("hi")
                                        .build()),
                                ResponseInputItem.ofFunctionCall(call),
                                ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                                        .callId(call.callId())
                                        .output("rain")
                                        .build())))
                        .build());
        model.join();
        assertThat(answer.validate()
                        .output()
                        .getFirst()
                        .asMessage()
                        .content()
                        .getFirst()
                        .asOutputText()
                        .text())
                .isEqualTo("It rains.");
        assertThat(answer.usage().orElseThrow().outputTokens()).isEqualTo(1);
        assertThat(server.engine().lastPrompt().messages().getFirst())
                .isEqualTo(new ChatMessage("system", "Be brief."));
    }

    @Test
    void keepsFiles() throws IOException {
        FileObject made = client.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)))
                                .filename("hello.jsonl")
                                .build())
                        .build())
                .validate();
        assertThat(made.filename()).isEqualTo("hello.jsonl");
        assertThat(client.files().retrieve(made.id())).isEqualTo(made);
        assertThat(client.files().list().autoPager()).contains(made);
        try (HttpResponse content = client.files().content(made.id())) {
            assertThat(new String(content.body().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("hello");
        }
        assertThat(client.files().delete(made.id()).validate().deleted()).isTrue();
        assertThatThrownBy(() -> client.files().retrieve(made.id())).isInstanceOf(NotFoundException.class);
    }
}
