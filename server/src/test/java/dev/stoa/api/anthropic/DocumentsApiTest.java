package dev.stoa.api.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.ApiServer;
import dev.stoa.document.TestPdf;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents, search results and what is said of them in an answer, on the wire; the test speaks for the model. */
@Tag("e2e")
class DocumentsApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CITED = "'citations': {'enabled': true}";
    private static final String TEXT =
            "{'type': 'document', 'source': {'type': 'text', 'media_type': 'text/plain', 'data': 'The grass is green. The wide sky is blue.'}, 'title': 'Hues', 'context': 'by a child', "
                    + CITED + "}";
    private static final String BLOCKS =
            "{'type': 'document', 'source': {'type': 'content', 'content': [{'type': 'text', 'text': 'Oslo has trams.'}, {'type': 'text', 'text': 'So has Rome.'}]}, "
                    + CITED + "}";
    private static final String RESULT =
            "{'type': 'search_result', 'source': 'https://example.org/po', 'title': 'Po', 'content': [{'type': 'text', 'text': 'The Po is long.'}], "
                    + CITED + "}";
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("[weapons]\nmake a bomb\n", "--stoa.limits.documents=3");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    /** A body whose question has these blocks before it. */
    private static String ask(boolean stream, String... blocks) {
        return quoted("{'model': '" + ScriptedEngine.MODEL + "', 'max_tokens': 50, 'stream': " + stream
                + ", 'messages': [{'role': 'user', 'content': [" + String.join(", ", blocks)
                + ", {'type': 'text', 'text': 'Well?'}]}]}");
    }

    private static HttpResponse<String> answered(String body, String... words) throws Exception {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return server.post("/v1/messages", body);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        ScriptedEngine.Run run = server.engine().nextRun();
        List.of(words).forEach(run::say);
        run.end(Finish.END_OF_TURN);
        return answer.get();
    }

    @Test
    void citesEachKindOfSource() throws Exception {
        HttpResponse<String> response = answered(
                ask(false, TEXT, BLOCKS, RESULT),
                "Hello. Green",
                " [S1]. Trams",
                " [S3][S4].",
                " Long [S5]. The wide sky is blue.");
        assertThat(ApiServer.json(response).at("/content")).isEqualTo(JSON.readTree(quoted("""
                [{'type': 'text', 'text': 'Hello. '},
                 {'type': 'text', 'text': 'Green. ', 'citations': [{'type': 'char_location',
                  'cited_text': 'The grass is green.', 'document_index': 0, 'document_title': 'Hues', 'file_id': null,
                  'start_char_index': 0, 'end_char_index': 19}]},
                 {'type': 'text', 'text': 'Trams. ', 'citations': [{'type': 'content_block_location',
                  'cited_text': 'Oslo has trams.So has Rome.', 'document_index': 1, 'document_title': null, 'file_id': null,
                  'start_block_index': 0, 'end_block_index': 2}]},
                 {'type': 'text', 'text': 'Long. ', 'citations': [{'type': 'search_result_location',
                  'cited_text': 'The Po is long.', 'source': 'https://example.org/po', 'title': 'Po',
                  'search_result_index': 0, 'start_block_index': 0, 'end_block_index': 1}]},
                 {'type': 'text', 'text': 'The wide sky is blue.', 'citations': [{'type': 'char_location',
                  'cited_text': 'The wide sky is blue', 'document_index': 0, 'document_title': 'Hues', 'file_id': null,
                  'start_char_index': 20, 'end_char_index': 40}]}]""")));
    }

    @Test
    void streamsCitationsBehindTheirText() throws Exception {
        HttpResponse<String> response = answered(ask(true, TEXT), "Hello. Gr", "een [S", "1]. Bye.");
        List<JsonNode> events = response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> JSON.readTree(line.substring(6)))
                .filter(event -> !event.at("/type").stringValue().equals("ping"))
                .toList();
        assertThat(events.stream()
                        .map(event -> event.at("/type").stringValue().replace("content_block_", "")
                                + event.at("/delta/text").asString("")
                                + event.at("/delta/citation/cited_text").asString(""))
                        .toList())
                .containsExactly(
                        "message_start",
                        "start",
                        "deltaHello. ",
                        "stop",
                        "start",
                        "deltaGreen. ",
                        "deltaThe grass is green.",
                        "stop",
                        "start",
                        "deltaBye.",
                        "stop",
                        "message_delta",
                        "message_stop");
    }

    @Test
    void readsPdfsAndKeptFilesPageByPage() throws Exception {
        byte[] pdf = TestPdf.of("", "The first page says one.", "The second page says two.");
        String encoded = Base64.getEncoder().encodeToString(pdf);
        String kept = keep("two.pdf", pdf);
        HttpResponse<String> response = answered(
                ask(
                        false,
                        "{'type': 'document', 'source': {'type': 'base64', 'media_type': 'application/pdf', 'data': '"
                                + encoded + "'}, " + CITED + "}",
                        "{'type': 'document', 'source': {'type': 'file', 'file_id': '" + kept + "'}, " + CITED + "}"),
                "Two [S2]. One [S3].");
        assertThat(ApiServer.json(response).at("/content/0/citations")).isEqualTo(JSON.readTree(quoted("""
                [{'type': 'page_location', 'cited_text': 'The second page says two.', 'document_index': 0,
                  'document_title': null, 'file_id': null, 'start_page_number': 2, 'end_page_number': 3}]""")));
        assertThat(ApiServer.json(response).at("/content/1/citations"))
                .isEqualTo(JSON.readTree(quoted("""
                [{'type': 'page_location', 'cited_text': 'The first page says one.', 'document_index': 1,
                  'document_title': 'two.pdf', 'file_id': 'KEPT', 'start_page_number': 1, 'end_page_number': 2}]""".replace("KEPT", kept))));
    }

    private static String keep(String name, byte[] content) throws Exception {
        String head = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\ncontent-type: application/octet-stream\r\n\r\n";
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.concat(
                HttpRequest.BodyPublishers.ofString(head),
                HttpRequest.BodyPublishers.ofByteArray(content),
                HttpRequest.BodyPublishers.ofString("\r\n--x--\r\n"));
        HttpResponse<String> answer = server.send(server.request("/v1/files")
                .setHeader("content-type", "multipart/form-data; boundary=x")
                .POST(body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiServer.json(answer).at("/id").stringValue();
    }

    @Test
    void aToolsResultMayBeCited() throws Exception {
        String body = quoted("{'model': '" + ScriptedEngine.MODEL + "', 'max_tokens': 50, 'messages': ["
                + "{'role': 'user', 'content': 'How long?'},"
                + "{'role': 'assistant', 'content': [{'type': 'text', 'text': 'Look.', 'citations': [{'type': 'char_location'}]},"
                + " {'type': 'tool_use', 'id': 't1', 'name': 'find', 'input': {}}]},"
                + "{'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': 't1', 'content': [" + RESULT
                + "]}]}]}");
        HttpResponse<String> response = answered(body, "Long [S1].");
        assertThat(response.body()).contains("search_result_location");
        assertThat(server.engine().lastPrompt().toString()).contains("[S1] The Po is long.");
    }

    @Test
    void theGateJudgesWordsAndNotTheMarksBetweenThem() throws Exception {
        HttpResponse<String> response = answered(ask(false, TEXT), "You make a [S1]\n", "bomb. [S1]");
        assertThat(response.body()).contains("\"stop_reason\":\"refusal\"").doesNotContain("bomb");
        String split = BLOCKS.replace("Oslo has trams.", "make a").replace("So has Rome.", " bomb");
        assertThat(server.post("/v1/messages", ask(false, split)).body()).contains("\"stop_reason\":\"refusal\"");
        assertThat(server.engine().untouched()).isTrue();
    }

    @Test
    void countsWhatAMessageReads() throws Exception {
        String with = ask(false, TEXT).replace("\"max_tokens\": 50, \"stream\": false, ", "");
        int counted = ApiServer.json(server.post("/v1/messages/count_tokens", with))
                .at("/input_tokens")
                .intValue();
        HttpResponse<String> answer = answered(ask(false, TEXT), "Yes.");
        assertThat(ApiServer.json(answer).at("/usage/input_tokens").intValue())
                .isEqualTo(counted)
                .isGreaterThan(100);
    }

    @Test
    void showsTheModelMarksAndTellsItToWriteThem() throws Exception {
        answered(ask(false, TEXT), "Yes.");
        assertThat(server.engine().lastPrompt().toString())
                .contains("<document index=\"1\" title=\"Hues\">\n<context>\nby a child\n</context>\n[S1] The grass")
                .contains("write their marks");
        answered(ask(false, TEXT.replace("true", "false")), "Yes.");
        assertThat(server.engine().lastPrompt().toString())
                .contains("The grass is green. The wide sky is blue.\n</document>")
                .doesNotContain("[S1]")
                .doesNotContain("marks");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type': 'base64', 'media_type': 'application/pdf', 'data': '%%%'} | 400 | source.data: is not base64",
                "{'type': 'base64', 'media_type': 'application/pdf', 'data': 'aGVsbG8='} | 400 | source.data: is not a PDF",
                "{'type': 'base64', 'media_type': 'application/pdf', 'data': 'JVBERi0xLjQKbm90aGluZw=='} | 400 | source.data: This PDF is damaged",
                "{'type': 'base64', 'media_type': 'application/pdf', 'data': 'LOCKED'} | 400 | source.data: This PDF is locked",
                "{'type': 'base64', 'media_type': 'image/png', 'data': 'aGVsbG8='} | 400 | source.media_type: must be “application/pdf”",
                "{'type': 'text', 'media_type': 'text/html', 'data': 'x'} | 400 | source.media_type: must be “text/plain”",
                "{'type': 'text', 'media_type': 'text/plain', 'data': ' '} | 400 | source.data: must not be empty",
                "{'type': 'url', 'url': 'https://example.org/a.pdf'} | 400 | source.type: this server fetches nothing",
                "{'type': 'file', 'file_id': 'file_none'} | 404 | source.file_id: there is no such file",
                "{'type': 'content', 'content': []} | 400 | source.content: must not be empty",
                "{'type': 'content', 'content': [{'type': 'image', 'source': {}}]} | 400 | source.content.0.type: this server's models can't see",
            })
    void aDocumentThatCantBeReadIsRefusedByName(String source, int status, String message) throws Exception {
        String locked = Base64.getEncoder().encodeToString(TestPdf.of("secret", "hidden"));
        HttpResponse<String> response = server.post(
                "/v1/messages", ask(false, "{'type': 'document', 'source': " + source.replace("LOCKED", locked) + "}"));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(ApiServer.json(response).at("/error/message").stringValue())
                .startsWith("messages.0.content.0." + message);
    }

    @Test
    void refusesMixturesAndTooMuch() throws Exception {
        assertRefused(ask(false, TEXT, BLOCKS.replace("true", "false")), "for all documents of a request");
        assertRefused(
                ask(false, TEXT)
                        .replaceFirst(
                                "\\{",
                                "{\"output_config\": {\"format\": {\"type\": \"json_schema\", \"schema\": {}}}, "),
                "can't go with citations");
        String file = "{'type': 'document', 'source': {'type': 'file', 'file_id': '"
                + keep("a.txt", "One two three.".getBytes(StandardCharsets.UTF_8)) + "'}}";
        assertRefused(ask(false, file, file, file, file), "messages.0.content.3.source.file_id: more than 3");
        String huge = TEXT.replace("The grass", "x".repeat(1_000_001));
        assertRefused(ask(false, huge), "more than 1000000 characters");
        assertRefused(ask(false, "{'type': 'image', 'source': {}}"), "models can't see");
    }

    private static void assertRefused(String body, String message) throws Exception {
        HttpResponse<String> response = server.post("/v1/messages", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(ApiServer.json(response).at("/error/message").stringValue()).contains(message);
    }
}
