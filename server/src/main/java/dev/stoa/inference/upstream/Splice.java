package dev.stoa.inference.upstream;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Changes to the bytes of a JSON object that leave all its other bytes as they are. */
final class Splice {
    private Splice() {}

    /**
     * The place of a value.
     *
     * @param from its first byte
     * @param to behind its last
     */
    private record Place(int from, int to, @Nullable String text) {}

    static boolean has(byte[] object, String field) {
        return find(object, field).isPresent();
    }

    /** Puts a text in place of the object's own field of this name; the same bytes if it is there already. */
    static byte[] replace(byte[] object, String field, String value) {
        Place place = find(object, field)
                .orElseThrow(() -> StoaException.about(ErrorKind.INVALID_REQUEST, field, "this field is required"));
        if (value.equals(place.text())) {
            return object;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + value.length());
        out.write(object, 0, place.from());
        out.writeBytes(Json.MAPPER.writeValueAsBytes(value));
        out.write(object, place.to(), object.length - place.to());
        return out.toByteArray();
    }

    /** Adds a field behind all others, unless the object has one of this name. */
    static byte[] add(byte[] object, String field, String json) {
        if (has(object, field)) {
            return object;
        }
        int end = object.length - 1;
        while (object[end] != '}') {
            end--;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + json.length() + 16);
        out.write(object, 0, end);
        out.writeBytes((",\"" + field + "\":" + json).getBytes(StandardCharsets.UTF_8));
        out.write(object, end, object.length - end);
        return out.toByteArray();
    }

    private static Optional<Place> find(byte[] object, String field) {
        try (JsonParser parser = Json.MAPPER.createParser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean wanted = parser.currentName().equals(field);
                JsonToken value = parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                String text = wanted && value == JsonToken.VALUE_STRING ? parser.getString() : null;
                parser.skipChildren();
                parser.finishToken();
                if (wanted) {
                    if (from < 0) {
                        throw new StoaException(ErrorKind.INVALID_REQUEST, "The request body must be in UTF-8.");
                    }
                    return Optional.of(
                            new Place(from, (int) parser.currentLocation().getByteOffset(), text));
                }
            }
            return Optional.empty();
        } catch (JacksonException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The request body is not valid JSON.", null, e);
        }
    }
}
