package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.file.BlobStore;
import dev.stoa.file.Files;
import dev.stoa.identity.Caller;
import dev.stoa.identity.Identity;
import dev.stoa.identity.KeyScope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files on the wire, in both protocols' words. */
@Tag("e2e")
class FilesApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String BOUNDARY = "the-boundary";
    private static final int SIZE_MAX = 100_000;
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("", "--stoa.files.size=" + SIZE_MAX + "B", "--stoa.files.organization-size=1MB");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.jdbc().sql("DELETE FROM file").update();
    }

    private static String filePart(String name, String content) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n";
    }

    private static String fieldPart(String name, String value) {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static HttpRequest.Builder request(boolean anthropic, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path)).header("x-api-key", ApiServer.KEY);
        return anthropic ? request.header("anthropic-version", "2023-06-01") : request;
    }

    private static HttpRequest upload(boolean anthropic, String... parts) {
        return request(anthropic, "/v1/files")
                .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofString(String.join("", parts) + "--" + BOUNDARY + "--\r\n"))
                .build();
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return server.http().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(boolean anthropic, String path) throws Exception {
        return send(request(anthropic, path).build());
    }

    private static HttpResponse<String> delete(boolean anthropic, String id) throws Exception {
        return send(request(anthropic, "/v1/files/" + id).DELETE().build());
    }

    private static JsonNode ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static String id(JsonNode file) {
        return file.get("id").stringValue();
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.get("data").forEach(file -> ids.add(id(file)));
        return ids;
    }

    @Test
    void oneFileInBothProtocols() throws Exception {
        String name = "süß.txt";
        // The purpose may come after the file.
        JsonNode made = ok(send(upload(false, filePart(name, "hello\r\n\r\nworld"), fieldPart("purpose", "batch"))));
        assertThat(made.get("object").stringValue()).isEqualTo("file");
        assertThat(made.get("bytes").intValue()).isEqualTo(14);
        assertThat(made.get("purpose").stringValue()).isEqualTo("batch");
        assertThat(ok(get(false, "/v1/files/" + id(made)))).isEqualTo(made);
        JsonNode other = ok(get(true, "/v1/files/" + id(made)));
        assertThat(other.get("type").stringValue()).isEqualTo("file");
        assertThat(other.get("filename").stringValue()).isEqualTo(name);
        assertThat(other.get("mime_type").stringValue()).isEqualTo("text/plain");
        assertThat(other.get("size_bytes").intValue()).isEqualTo(14);
        HttpResponse<String> content = get(true, "/v1/files/" + id(made) + "/content");
        assertThat(content.body()).isEqualTo("hello\r\n\r\nworld");
        assertThat(content.headers().firstValue("content-disposition").orElseThrow())
                .startsWith("attachment");
        assertThat(ok(delete(false, id(made))).get("deleted").booleanValue()).isTrue();
        assertThat(get(true, "/v1/files/" + id(made)).statusCode()).isEqualTo(404);
        assertThat(get(false, "/v1/files/" + id(made) + "/content").statusCode())
                .isEqualTo(404);
        assertThat(delete(true, id(made)).statusCode()).isEqualTo(404);
    }

    @Test
    void aContentLivesAsLongAsAFileNamesIt() throws Exception {
        String first = id(ok(send(upload(true, filePart("a", "the same")))));
        String second = id(ok(send(upload(true, filePart("b", "the same")))));
        ok(delete(true, first));
        assertThat(get(true, "/v1/files/" + second + "/content").body()).isEqualTo("the same");
    }

    @Test
    void uploadsAndDeletionsOfOneContentAtOnceLoseNothing() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(CompletableFuture.runAsync(() -> {
                try {
                    for (int round = 0; round < 5; round++) {
                        String id = id(ok(send(upload(true, filePart("a", "contended")))));
                        assertThat(get(true, "/v1/files/" + id + "/content").body())
                                .isEqualTo("contended");
                        ok(delete(true, id));
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
    }

    @Test
    void listsInPagesBothWays() throws Exception {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.addFirst(id(ok(send(upload(true, filePart("f" + i, "x"))))));
        }
        JsonNode page = ok(get(true, "/v1/files?limit=2"));
        assertThat(ids(page)).isEqualTo(newestFirst.subList(0, 2));
        assertThat(page.get("has_more").booleanValue()).isTrue();
        page = ok(get(true, "/v1/files?limit=3&after_id=" + page.get("last_id").stringValue()));
        assertThat(ids(page)).isEqualTo(newestFirst.subList(2, 5));
        assertThat(page.get("has_more").booleanValue()).isFalse();
        page = ok(
                get(true, "/v1/files?limit=1&before_id=" + page.get("first_id").stringValue()));
        assertThat(ids(page)).isEqualTo(newestFirst.subList(1, 2));
        assertThat(page.get("has_more").booleanValue()).isTrue();
        page = ok(get(false, "/v1/files?order=asc&limit=2"));
        assertThat(ids(page)).isEqualTo(newestFirst.reversed().subList(0, 2));
        assertThat(ids(ok(get(false, "/v1/files?purpose=batch")))).isEmpty();
        assertThat(get(true, "/v1/files?after_id=nonsense").statusCode()).isEqualTo(400);
        assertThat(get(true, "/v1/files?limit=0").statusCode()).isEqualTo(400);
        assertThat(get(false, "/v1/files?order=up").statusCode()).isEqualTo(400);
    }

    private static void refused(HttpRequest request, int status, String said) throws Exception {
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("error").get("message").stringValue())
                .contains(said);
    }

    @Test
    void saysWhatIsWrongWithAnUpload() throws Exception {
        refused(upload(false, filePart("a", "x")), 400, "purpose");
        refused(upload(false, filePart("a", "x"), fieldPart("purpose", "fun")), 400, "purpose");
        refused(upload(true, fieldPart("purpose", "batch")), 400, "purpose");
        refused(upload(true), 400, "file");
        refused(upload(true, filePart("a", "x"), filePart("b", "y")), 400, "file");
        refused(upload(true, filePart("../a", "x")), 400, "filename");
        refused(upload(true, filePart("a", "x".repeat(SIZE_MAX + 1))), 413, "larger");
        String fine = id(ok(send(upload(true, filePart("a", "x".repeat(SIZE_MAX))))));
        ok(delete(true, fine));
        refused(
                upload(
                        false,
                        filePart("a", "x"),
                        fieldPart("purpose", "batch"),
                        fieldPart("expires_after[anchor]", "created_at"),
                        fieldPart("expires_after[seconds]", "5")),
                400,
                "expires_after[seconds]");
        HttpRequest cut = request(true, "/v1/files")
                .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofString(filePart("a", "x")))
                .build();
        refused(cut, 400, "multipart");
        HttpRequest json = request(true, "/v1/files")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        refused(json, 415, "multipart");
        refused(
                request(true, "/v1/files")
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build(),
                405,
                "GET or POST");
        HttpRequest stranger = HttpRequest.newBuilder(server.uri("/v1/files"))
                .header("x-api-key", "sk-stoa-nobody")
                .build();
        refused(stranger, 401, "");
        assertThat(ids(ok(get(true, "/v1/files")))).isEmpty();
    }

    @Test
    void anOrganizationHasItsShare() throws Exception {
        for (int i = 0; i < 10; i++) {
            ok(send(upload(true, filePart("f" + i, "x".repeat(SIZE_MAX)))));
        }
        refused(upload(true, filePart("one more", "x".repeat(SIZE_MAX))), 403, "organization");
    }

    @Test
    void whatIsStillOnItsWayTakesItsOrganizationsRoom() throws Exception {
        for (int i = 0; i < 10; i++) {
            ok(send(upload(true, filePart("f" + i, "x".repeat(SIZE_MAX)))));
        }
        // 48,576 bytes are left of the megabyte.
        HttpRequest small = upload(true, filePart("small", "y".repeat(20_000)));
        Caller caller = server.part(Identity.class).authenticate(ApiServer.KEY, KeyScope.INFERENCE);
        try (BlobStore.Staged unfinished =
                server.part(Files.class).receive(caller, new ByteArrayInputStream(new byte[40_000]))) {
            refused(small, 403, "organization");
            assertThat(unfinished.bytes()).isEqualTo(40_000);
        }
        ok(send(small));
    }

    @Test
    void aFileIsOfItsWorkspaceAndItsTime() throws Exception {
        String id = id(ok(send(upload(
                false,
                filePart("a", "x"),
                fieldPart("purpose", "batch"),
                fieldPart("expires_after[anchor]", "created_at"),
                fieldPart("expires_after[seconds]", "3600")))));
        JsonNode workspace = ok201(server.post("/v1/organizations/workspaces", "{\"name\":\"other\"}"));
        JsonNode key = ok201(server.post(
                "/v1/organizations/api_keys", "{\"name\":\"k\",\"workspace_id\":\"" + id(workspace) + "\"}"));
        String secret = key.get("key").stringValue();
        HttpRequest foreign = HttpRequest.newBuilder(server.uri("/v1/files/" + id))
                .header("x-api-key", secret)
                .build();
        assertThat(send(foreign).statusCode()).isEqualTo(404);
        assertThat(get(false, "/v1/files/" + id).statusCode()).isEqualTo(200);
        server.jdbc()
                .sql("UPDATE file SET expires_at = now() - interval '1 second'")
                .update();
        assertThat(get(false, "/v1/files/" + id).statusCode()).isEqualTo(404);
        assertThat(ids(ok(get(false, "/v1/files")))).isEmpty();
    }

    private static JsonNode ok201(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body());
    }

    @Test
    void bytesArriveAsTheyWereSent() throws Exception {
        byte[] bytes = new byte[70_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 >> 3);
        }
        List<byte[]> body = List.of(
                filePart("b", "").stripTrailing().concat("\r\n\r\n").getBytes(StandardCharsets.UTF_8),
                bytes,
                ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        HttpRequest request = request(true, "/v1/files")
                .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofByteArrays(body))
                .build();
        String id = id(ok(send(request)));
        HttpResponse<byte[]> content = server.http()
                .send(request(true, "/v1/files/" + id + "/content").build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(content.body()).isEqualTo(bytes);
    }
}
