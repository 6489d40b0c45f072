package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a body as JSON within the limits. Strict: one value, no name twice, nothing after it. Thread-safe. */
public final class JsonBody {
    /** Longer than any number the protocol knows. */
    private static final int NUMBER_LENGTH_MAX = 64;
    /** Longer than any field's name. */
    private static final int NAME_LENGTH_MAX = 512;

    private final int bytesMax;
    private final JsonMapper mapper;

    public JsonBody(Limits limits) {
        this.bytesMax = (int) limits.messagesBody().toBytes();
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonDepth())
                        .maxStringLength(bytesMax)
                        .maxNumberLength(NUMBER_LENGTH_MAX)
                        .maxNameLength(NAME_LENGTH_MAX)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        this.mapper = JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /**
     * @throws StoaException TOO_LARGE, before more than the limit is read; INVALID_REQUEST with the place of the fault
     * @throws IOException if the client breaks off
     */
    public JsonNode read(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > bytesMax) {
            throw tooLarge();
        }
        byte[] bytes;
        try (InputStream in = request.getInputStream()) {
            bytes = in.readNBytes(bytesMax + 1);
        }
        if (bytes.length > bytesMax) {
            throw tooLarge();
        }
        if (bytes.length == 0) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The request has no body; a JSON object is expected.");
        }
        return parse(bytes);
    }

    private StoaException tooLarge() {
        return new StoaException(
                ErrorKind.TOO_LARGE,
                "The request body is larger than " + (bytesMax >> 20) + " MB, the most there may be.");
    }

    private JsonNode parse(byte[] bytes) {
        try {
            return mapper.readTree(bytes);
        } catch (StreamConstraintsException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "The JSON of the request body is nested too deeply, or has a number or name that is too long"
                            + place(e.getLocation()),
                    null,
                    e);
        } catch (JacksonException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The request body is not valid JSON" + place(e.getLocation()), null, e);
        }
    }

    private static String place(@Nullable TokenStreamLocation at) {
        return at == null || at.getLineNr() < 1
                ? "."
                : ": line " + at.getLineNr() + ", column " + at.getColumnNr() + ".";
    }
}
