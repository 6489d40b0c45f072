package dev.stoa.inference.upstream;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    /** The JSON of one of the object's own fields; null if it has none of this name. */
    static byte @Nullable [] value(byte[] object, String field) {
        Place place = find(object, field).orElse(null);
        return place == null ? null : Arrays.copyOfRange(object, place.from(), place.to());
    }

    /** Puts a text in place of the object's own field of this name; the same bytes if it is there already. */
    static byte[] replace(byte[] object, String field, String value) {
        Place place = find(object, field)
                .orElseThrow(() -> StoaException.about(ErrorKind.INVALID_REQUEST, field, "this field is required"));
        return value.equals(place.text()) ? object : put(object, place, Json.MAPPER.writeValueAsBytes(value));
    }

    /** Puts a value in place of a field's, or the field behind all others. */
    static byte[] put(byte[] object, String field, byte[] json) {
        Place place = find(object, field).orElse(null);
        if (place != null) {
            return put(object, place, json);
        }
        int end = object.length - 1;
        while (object[end] != '}') {
            end--;
        }
        int last = end - 1;
        while (Character.isWhitespace(object[last])) {
            last--;
        }
        String name = (object[last] == '{' ? "\"" : ",\"") + field + "\":";
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + json.length + 32);
        out.write(object, 0, end);
        out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(json);
        out.write(object, end, object.length - end);
        return out.toByteArray();
    }

    private static byte[] put(byte[] object, Place place, byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + json.length);
        out.write(object, 0, place.from());
        out.writeBytes(json);
        out.write(object, place.to(), object.length - place.to());
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
