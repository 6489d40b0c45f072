package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.BatchCreateParams.Request;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.models.batches.Batch;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import dev.stoa.api.ApiServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Batches through both vendors' own Java clients, which take the protocols at their word. */
@Tag("e2e")
class BatchSdkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MODEL = "mock-0-0-8";
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("", "--stoa.mock-models=" + MODEL);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static Request request(String customId, String model) {
        return Request.builder()
                .customId(customId)
                .params(Request.Params.builder()
                        .model(model)
                        .maxTokens(20)
                        .addUserMessage("hi")
                        .build())
                .build();
    }

    @Test
    void anthropic() {
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(server.uri("").toString())
                .apiKey(ApiServer.KEY)
                .maxRetries(0)
                .build();
        try {
            MessageBatch made = client.messages()
                    .batches()
                    .create(BatchCreateParams.builder()
                            .addRequest(request("good", MODEL))
                            .addRequest(request("bad", "none"))
                            .build())
                    .validate();
            Await.until(
                    "end",
                    PATIENCE,
                    () -> client.messages()
                            .batches()
                            .retrieve(made.id())
                            .processingStatus()
                            .equals(MessageBatch.ProcessingStatus.ENDED));
            MessageBatch ended = client.messages().batches().retrieve(made.id()).validate();
            assertThat(ended.requestCounts().succeeded()).isEqualTo(1);
            assertThat(ended.resultsUrl()).isPresent();
            try (StreamResponse<MessageBatchIndividualResponse> results =
                    client.messages().batches().resultsStreaming(made.id())) {
                List<MessageBatchIndividualResponse> all = results.stream()
                        .map(MessageBatchIndividualResponse::validate)
                        .toList();
                assertThat(all.stream().map(MessageBatchIndividualResponse::customId))
                        .containsExactly("good", "bad");
                assertThat(all.getFirst()
                                .result()
                                .asSucceeded()
                                .message()
                                .content()
                                .getFirst()
                                .asText()
                                .text())
                        .isNotEmpty();
                assertThat(all.getLast().result().isErrored()).isTrue();
            }
            assertThat(client.messages().batches().list().autoPager()).contains(ended);
            client.messages().batches().delete(made.id()).validate();
        } finally {
            client.close();
        }
    }

    private static String line(String customId, String model) {
        return """
                {"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":{"model":"%s",\
                "max_completion_tokens":20,"messages":[{"role":"user","content":"hi"}]}}
                """.formatted(customId, model);
    }

    @Test
    void openai() throws IOException {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(server.uri("/v1").toString())
                .apiKey(ApiServer.KEY)
                .maxRetries(0)
                .build();
        try {
            byte[] lines = (line("good", MODEL) + line("bad", "none")).getBytes(StandardCharsets.UTF_8);
            String input = client.files()
                    .create(FileCreateParams.builder()
                            .purpose(FilePurpose.BATCH)
                            .file(MultipartField.<InputStream>builder()
                                    .value(new ByteArrayInputStream(lines))
                                    .filename("in.jsonl")
                                    .build())
                            .build())
                    .id();
            Batch made = client.batches()
                    .create(com.openai.models.batches.BatchCreateParams.builder()
                            .inputFileId(input)
                            .endpoint(com.openai.models.batches.BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                            .completionWindow(com.openai.models.batches.BatchCreateParams.CompletionWindow._24H)
                            .build())
                    .validate();
            Await.until(
                    "end",
                    PATIENCE,
                    () -> client.batches().retrieve(made.id()).status().equals(Batch.Status.COMPLETED));
            Batch ended = client.batches().retrieve(made.id()).validate();
            assertThat(ended.requestCounts().orElseThrow().completed()).isEqualTo(1);
            assertThat(content(client, ended.outputFileId().orElseThrow())).contains("\"good\"");
            assertThat(content(client, ended.errorFileId().orElseThrow())).contains("\"bad\"", "model_not_found");
            assertThat(client.batches().list().autoPager()).contains(ended);
        } finally {
            client.close();
        }
    }

    private static String content(OpenAIClient client, String file) throws IOException {
        try (HttpResponse content = client.files().content(file)) {
            return new String(content.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
