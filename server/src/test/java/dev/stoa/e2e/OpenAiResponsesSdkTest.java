package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputitems.InputItemListParams;
import dev.stoa.api.ApiServer;
import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kept and background responses through the vendor's own Java client. */
@Tag("e2e")
class OpenAiResponsesSdkTest {
    private static ApiServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
        client = OpenAIOkHttpClient.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey(ApiServer.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        server.close();
    }

    private static ResponseCreateParams.Builder params(String input) {
        return ResponseCreateParams.builder().model(ScriptedEngine.MODEL).input(input);
    }

    private static Response answered(ResponseCreateParams params, String says) {
        CompletableFuture<Void> model = CompletableFuture.runAsync(() -> {
            try {
                server.engine().nextRun().say(says).end(Finish.END_OF_TURN);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Response response = client.responses().create(params).validate();
        model.join();
        return response;
    }

    @Test
    void keepsResponsesAndGoesOnFromThem() {
        Response first = answered(params("My name is Ada.").build(), "Hello Ada.");
        Response second =
                answered(params("Who am I?").previousResponseId(first.id()).build(), "Ada.");
        assertThat(second.previousResponseId()).hasValue(first.id());
        assertThat(server.engine().lastPrompt().messages())
                .containsExactly(
                        new ChatMessage("user", "My name is Ada."),
                        new ChatMessage("assistant", "Hello Ada."),
                        new ChatMessage("user", "Who am I?"));
        assertThat(client.responses().retrieve(second.id()).validate()).isEqualTo(second);
        List<ResponseItem> items = client
                .responses()
                .inputItems()
                .list(InputItemListParams.builder()
                        .responseId(second.id())
                        .limit(1)
                        .build())
                .autoPager()
                .stream()
                .map(ResponseItem::validate)
                .toList();
        assertThat(items).hasSize(1);
        assertThat(items.getFirst()
                        .asResponseInputMessageItem()
                        .content()
                        .getFirst()
                        .asInputText()
                        .text())
                .isEqualTo("Who am I?");
        client.responses().delete(first.id());
        assertThatThrownBy(() -> client.responses().retrieve(first.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.responses()
                        .create(params("And?").previousResponseId(first.id()).build()))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    void followsABackgroundResponseAgain() throws InterruptedException {
        Response begun = client.responses().create(params("hi").background(true).build());
        assertThat(begun.validate().status()).hasValue(ResponseStatus.QUEUED);
        server.engine().nextRun().say("One ").say("two.").end(Finish.END_OF_TURN);
        List<ResponseStreamEvent> all = follow(begun.id(), null);
        assertThat(all.getFirst().isCreated()).isTrue();
        assertThat(all.get(1).isQueued()).isTrue();
        Response ended = all.getLast().asCompleted().response();
        assertThat(ended.status()).hasValue(ResponseStatus.COMPLETED);
        assertThat(follow(begun.id(), 3L)).isEqualTo(all.subList(4, all.size()));
        assertThat(client.responses().retrieve(begun.id())).isEqualTo(ended);
    }

    private static List<ResponseStreamEvent> follow(String id, @org.jspecify.annotations.Nullable Long after) {
        ResponseRetrieveParams.Builder params = ResponseRetrieveParams.builder().responseId(id);
        if (after != null) {
            params.startingAfter(after);
        }
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().retrieveStreaming(params.build())) {
            return stream.stream().map(ResponseStreamEvent::validate).toList();
        }
    }

    @Test
    void cancelsABackgroundResponse() throws InterruptedException {
        Response begun = client.responses().create(params("hi").background(true).build());
        ScriptedEngine.Run run = server.engine().nextRun().say("Partly");
        Response cancelled = client.responses().cancel(begun.id()).validate();
        assertThat(cancelled.status()).hasValue(ResponseStatus.CANCELLED);
        assertThat(run.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }
}
