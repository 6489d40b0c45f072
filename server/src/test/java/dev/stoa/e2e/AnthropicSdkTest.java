package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.MultipartField;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.beta.files.BetaFileMetadata;
import com.anthropic.models.beta.files.FileUploadParams;
import com.anthropic.models.messages.CitationCharLocation;
import com.anthropic.models.messages.CitationsConfigParam;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.DocumentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.ThinkingConfigAdaptive;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import dev.stoa.api.ApiServer;
import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The vendor's own Java client, which takes the protocol at its word, against the service. */
@Tag("e2e")
class AnthropicSdkTest {
    private static ApiServer server;
    private static AnthropicClient client;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
        client = client(ApiServer.KEY);
    }

    private static AnthropicClient client(String key) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(server.uri("").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        server.close();
    }

    private static MessageCreateParams params(String model, String text) {
        return MessageCreateParams.builder()
                .model(model)
                .maxTokens(20)
                .addUserMessage(text)
                .build();
    }

    private static void answerNext(String text) {
        try {
            server.engine().nextRun().say(text).end(Finish.END_OF_TURN);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsAWholeAnswer() {
        CompletableFuture<Void> model = CompletableFuture.runAsync(() -> answerNext("Hello."));
        Message message = client.messages().create(params(ScriptedEngine.MODEL, "hi"));
        model.join();
        assertThat(message.validate().content().getFirst().asText().text()).isEqualTo("Hello.");
        assertThat(message.stopReason()).hasValue(StopReason.END_TURN);
        assertThat(message.usage().inputTokens()).isEqualTo(2);
    }

    @Test
    void readsStreamsOneAfterTheOtherOnOneConnection() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Void> model = CompletableFuture.runAsync(() -> answerNext("Hello."));
            try (StreamResponse<RawMessageStreamEvent> events =
                    client.messages().createStreaming(params(ScriptedEngine.MODEL, "hi"))) {
                StringBuilder text = new StringBuilder();
                events.stream()
                        .map(RawMessageStreamEvent::validate)
                        .flatMap(event -> event.contentBlockDelta().stream())
                        .forEach(delta -> text.append(delta.delta().asText().text()));
                assertThat(text).hasToString("Hello.");
            }
            model.join();
        }
    }

    @Test
    void readsWhatAnAnswerCites() {
        String text = "The Po is long. The Tiber is short.";
        MessageCreateParams ask = MessageCreateParams.builder()
                .model(ScriptedEngine.MODEL)
                .maxTokens(50)
                .addUserMessageOfContentBlockParams(List.of(
                        ContentBlockParam.ofDocument(DocumentBlockParam.builder()
                                .textSource(text)
                                .title("Rivers")
                                .citations(CitationsConfigParam.builder()
                                        .enabled(true)
                                        .build())
                                .build()),
                        ContentBlockParam.ofText(
                                TextBlockParam.builder().text("Well?").build())))
                .build();
        CompletableFuture<Void> model = CompletableFuture.runAsync(() -> answerNext("Hm. Short it is [S2]."));
        Message whole = client.messages().create(ask).validate();
        model.join();
        CompletableFuture<Void> again = CompletableFuture.runAsync(() -> answerNext("Hm. Short it is [S2]."));
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(ask)) {
            events.stream().map(RawMessageStreamEvent::validate).forEach(accumulator::accumulate);
        }
        again.join();
        for (Message answer : List.of(whole, accumulator.message())) {
            assertThat(answer.content()).hasSize(2);
            assertThat(answer.content().getFirst().asText().text()).isEqualTo("Hm. ");
            CitationCharLocation cited = answer.content()
                    .getLast()
                    .asText()
                    .citations()
                    .orElseThrow()
                    .getFirst()
                    .asCharLocation();
            assertThat(cited.citedText())
                    .isEqualTo("The Tiber is short.")
                    .isEqualTo(text.substring((int) cited.startCharIndex(), (int) cited.endCharIndex()));
            assertThat(cited.documentTitle()).hasValue("Rivers");
        }
    }

    @Test
    void throwsTheErrorThatEachStatusStandsFor() {
        assertThatThrownBy(() -> client.messages().create(params("none", "hi"))).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.messages().create(params(ScriptedEngine.MODEL, "x".repeat(3_000))))
                .isInstanceOf(BadRequestException.class);
        AnthropicClient stranger = client("sk-stoa-nobody");
        try {
            assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
        } finally {
            stranger.close();
        }
        assertThat(client.models().list().data().getFirst().validate().id()).isEqualTo(ScriptedEngine.MODEL);
    }

    @Test
    void callsAToolAndTellsWhatItGave() {
        MessageCreateParams.Builder conversation = MessageCreateParams.builder()
                .model(ScriptedEngine.MODEL)
                .maxTokens(50)
                .thinking(ThinkingConfigAdaptive.builder().build())
                .addTool(Tool.builder()
                        .name("weather")
                        .inputSchema(Tool.InputSchema.builder().build())
                        .build())
                .addUserMessage("hi");
        CompletableFuture<Void> model = CompletableFuture.runAsync(() -> {
            try {
                server.engine()
                        .nextRun()
                        .think("Hm.")
                        .say("I look.")
                        .call("weather", "{\"city\":", "\"Oslo\"}")
                        .end(Finish.END_OF_TURN);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(conversation.build())) {
            events.stream().map(RawMessageStreamEvent::validate).forEach(accumulator::accumulate);
        }
        model.join();
        Message message = accumulator.message();
        assertThat(message.stopReason()).hasValue(StopReason.TOOL_USE);
        ToolUseBlock call = message.content().getLast().asToolUse();
        assertThat(call._input()).isEqualTo(JsonValue.from(Map.of("city", "Oslo")));

        model = CompletableFuture.runAsync(() -> answerNext("It rains."));
        Message answer = client.messages()
                .create(conversation
                        .addMessage(message)
                        .addUserMessageOfContentBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(call.id())
                                        .content("rain")
                                        .build())))
                        .build());
        model.join();
        assertThat(answer.validate().content().getFirst().asText().text()).isEqualTo("It rains.");
        assertThat(server.engine().lastPrompt().messages().getLast())
                .isEqualTo(ChatMessage.toolResult(call.id(), "rain"));
    }

    @Test
    void keepsFiles() throws IOException {
        BetaFileMetadata made = client.beta()
                .files()
                .upload(FileUploadParams.builder()
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)))
                                .filename("hello.txt")
                                .contentType("text/plain")
                                .build())
                        .build())
                .validate();
        assertThat(made.filename()).isEqualTo("hello.txt");
        assertThat(client.beta().files().retrieveMetadata(made.id()).sizeBytes())
                .isEqualTo(5);
        assertThat(client.beta().files().list().autoPager()).contains(made);
        try (HttpResponse content = client.beta().files().download(made.id())) {
            assertThat(new String(content.body().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("hello");
        }
        assertThat(client.beta().files().delete(made.id()).validate().id()).isEqualTo(made.id());
        assertThatThrownBy(() -> client.beta().files().retrieveMetadata(made.id()))
                .isInstanceOf(NotFoundException.class);
    }
}
