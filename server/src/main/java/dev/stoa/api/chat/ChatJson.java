package dev.stoa.api.chat;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.stream.Collectors;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads bodies strictly: one JSON object of known fields, each of its own type, each once, nothing behind it. Writes what
 * the surface sends. Thread-safe.
 */
@Component
class ChatJson {
    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(ChatLimits.JSON_DEPTH_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            // Ids: an empty one is a mistake, not none.
            .withCoercionConfig(
                    LogicalType.OtherScalar,
                    config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .build();

    private final JsonMapper fileMapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(ChatLimits.IMPORT_DEPTH_MAX)
                            .build())
                    .build())
            .build();

    /** As {@link #mapper}, in ASCII: the only way to send half of a surrogate pair, to a client that has the other. */
    private final JsonMapper asciiMapper =
            mapper.rebuild().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** @throws StoaException UNSUPPORTED_MEDIA_TYPE, TOO_LARGE or INVALID_REQUEST */
    <T> T read(HttpServletRequest request, Class<T> type) {
        requireJson(request.getContentType());
        byte[] body;
        try {
            if (request.getContentLengthLong() > ChatLimits.BODY_BYTES_MAX) {
                throw tooLarge(ChatLimits.BODY_BYTES_MAX);
            }
            body = request.getInputStream().readNBytes(ChatLimits.BODY_BYTES_MAX + 1);
        } catch (IOException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The body ended too early.", null, e);
        }
        if (body.length > ChatLimits.BODY_BYTES_MAX) {
            throw tooLarge(ChatLimits.BODY_BYTES_MAX);
        }
        return parse(body, type);
    }

    /** Reads a file of whatever shape. @throws StoaException as {@link #read} */
    JsonNode readFile(HttpServletRequest request) {
        requireJson(request.getContentType());
        try {
            if (request.getContentLengthLong() > ChatLimits.IMPORT_BYTES_MAX) {
                throw tooLarge(ChatLimits.IMPORT_BYTES_MAX);
            }
            byte[] body = request.getInputStream().readNBytes(ChatLimits.IMPORT_BYTES_MAX + 1);
            if (body.length > ChatLimits.IMPORT_BYTES_MAX) {
                throw tooLarge(ChatLimits.IMPORT_BYTES_MAX);
            }
            return fileMapper.readTree(body);
        } catch (IOException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The body ended too early.", null, e);
        } catch (JacksonException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The file is not valid JSON.", null, e);
        }
    }

    private <T> T parse(byte[] body, Class<T> type) {
        T value;
        try {
            value = mapper.readValue(body, type);
        } catch (StreamConstraintsException e) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST, "The body is nested too deeply or holds too long a value.", null, e);
        } catch (UnrecognizedPropertyException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, path(e) + ": there is no such field here", null, e);
        } catch (DatabindException e) {
            String path = path(e);
            String field = path.isEmpty() ? "The body" : path + ":";
            throw new StoaException(ErrorKind.INVALID_REQUEST, field + " has a value of the wrong type", null, e);
        } catch (JacksonException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The body is not valid JSON.", null, e);
        }
        if (value == null) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The body must be a JSON object.");
        }
        return value;
    }

    byte[] write(Object value) {
        return mapper.writeValueAsBytes(value);
    }

    byte[] writeAscii(Object value) {
        return asciiMapper.writeValueAsBytes(value);
    }

    /** A form of another site can send neither this type nor, without our leave, a script's request with it. */
    private static void requireJson(@org.jspecify.annotations.Nullable String contentType) {
        try {
            if (contentType != null && MediaType.APPLICATION_JSON.includes(MediaType.parseMediaType(contentType))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // Refused below like any other type.
        }
        throw new StoaException(ErrorKind.UNSUPPORTED_MEDIA_TYPE, "The body must be of type application/json.");
    }

    private static String path(DatabindException e) {
        return e.getPath().stream()
                .map(reference -> reference.getPropertyName() == null ? "[]" : reference.getPropertyName())
                .collect(Collectors.joining("."));
    }

    private static StoaException tooLarge(int max) {
        return new StoaException(ErrorKind.TOO_LARGE, "The body is larger than " + max + " bytes.");
    }
}
