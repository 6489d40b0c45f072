package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.JsonBody;
import dev.stoa.batch.BadInputException;
import dev.stoa.batch.BatchProtocol.BatchFiles;
import dev.stoa.batch.ItemResult;
import dev.stoa.batch.NewItem;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The protocol's lines: requests in an input file, results in an output or error file. Thread-safe. */
final class BatchLines implements BatchFiles {
    private static final int CUSTOM_ID_LENGTH_MAX = 512;
    private static final int ID_BYTES = 12;
    private static final JsonMapper JSON = new JsonMapper();

    private final JsonBody json;
    private final int lineBytesMax;

    BatchLines(JsonBody json, Limits limits) {
        this.json = json;
        this.lineBytesMax = (int) limits.messagesBody().toBytes();
    }

    @Override
    public void read(InputStream input, String endpoint, Consumer<NewItem> items) throws IOException {
        try (InputStream buffered = new BufferedInputStream(input)) {
            byte[] line = line(buffered, 1);
            for (int number = 1; line != null; number++) {
                if (!new String(line, StandardCharsets.UTF_8).isBlank()) {
                    add(line, number, endpoint, items);
                }
                line = line(buffered, number + 1);
            }
        }
    }

    private void add(byte[] line, int number, String endpoint, Consumer<NewItem> items) {
        NewItem item;
        try {
            item = item(json.parse(line), endpoint);
        } catch (StoaException e) {
            String code = e.param() == null ? "invalid_json_line" : "invalid_request_line";
            throw new BadInputException(code, String.valueOf(e.getMessage()), number);
        }
        try {
            items.accept(item);
        } catch (BadInputException e) {
            throw new BadInputException(e.code(), String.valueOf(e.getMessage()), e.line() == 0 ? 0 : number);
        }
    }

    private static NewItem item(JsonNode node, String endpoint) {
        Fields fields = Fields.of(node, "");
        String customId = fields.requiredString("custom_id");
        boolean plain = customId.chars().noneMatch(Character::isISOControl);
        Fields.require(
                !customId.isEmpty() && customId.length() <= CUSTOM_ID_LENGTH_MAX && plain,
                "custom_id",
                "must have 1 to " + CUSTOM_ID_LENGTH_MAX + " characters, without control characters");
        Fields.require(fields.requiredString("method").equals("POST"), "method", "must be POST");
        Fields.require(
                fields.requiredString("url").equals(endpoint), "url", "must be the batch's endpoint, " + endpoint);
        JsonNode body = fields.required("body");
        Fields.of(body, "body");
        fields.end();
        return new NewItem(customId, body.toString());
    }

    /** The next line without its end; null behind the last. */
    private byte @Nullable [] line(InputStream in, int number) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.size() == lineBytesMax) {
                throw new BadInputException("line_too_long", "must have at most " + lineBytesMax + " bytes", number);
            }
            line.write(next);
            next = in.read();
        }
        return line.toByteArray();
    }

    @Override
    public String problems(BadInputException bad) {
        ArrayNode problems = JSON.createArrayNode();
        ObjectNode problem = problems.addObject()
                .put("code", bad.code())
                .put("message", bad.getMessage())
                .putNull("param");
        if (bad.line() == 0) {
            problem.putNull("line");
        } else {
            problem.put("line", bad.line());
        }
        return problems.toString();
    }

    @Override
    public String line(ItemResult result) {
        ObjectNode line = JSON.createObjectNode().put("id", id(result)).put("custom_id", result.customId());
        String body = result.body();
        if (body != null) {
            line.putObject("response")
                    .put("status_code", result.status())
                    .put("request_id", result.requestId())
                    .set("body", JSON.readTree(body));
            return line.putNull("error").toString();
        }
        ObjectNode error = line.putNull("response").putObject("error");
        switch (result.state()) {
            case EXPIRED ->
                error.put("code", "batch_expired")
                        .put("message", "This request could not be executed before the completion window expired.");
            case CANCELED ->
                error.put("code", "batch_cancelled")
                        .put("message", "The batch was cancelled before this request was executed.");
            case WAITING, RUNNING, SUCCEEDED, ERRORED ->
                throw new IllegalStateException("an item that is " + result.state() + " has no line without an answer");
        }
        return line.toString();
    }

    /** The name of a line: of its request, or made from its custom id where there was none. */
    private static String id(ItemResult result) {
        String request = result.requestId();
        if (request != null) {
            return "batch_" + request;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(result.customId().getBytes(StandardCharsets.UTF_8));
            return "batch_req_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
