package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
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
    /** For a value in the midst of others. */
    private final JsonMapper partMapper;

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
        this.partMapper = JsonMapper.builder(factory)
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /**
     * @throws StoaException TOO_LARGE, before more than the limit is read; INVALID_REQUEST with the place of the fault
     * @throws IOException if the client breaks off
     */
    public JsonNode read(HttpServletRequest request) throws IOException {
        return parse(bytes(request));
    }

    /**
     * The body as it came, to be parsed.
     *
     * @throws StoaException as {@link #read}
     * @throws IOException if the client breaks off
     */
    public byte[] bytes(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > bytesMax) {
            throw tooLarge(bytesMax);
        }
        byte[] bytes;
        try (InputStream in = request.getInputStream()) {
            bytes = in.readNBytes(bytesMax + 1);
        }
        if (bytes.length > bytesMax) {
            throw tooLarge(bytesMax);
        }
        if (bytes.length == 0) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "The request has no body; a JSON object is expected.");
        }
        return bytes;
    }

    /**
     * Reads a body that is one object with one list, whose items are taken one by one as they come.
     *
     * @param sizeMax bytes of the whole; the other limits hold for each item
     * @throws StoaException as {@link #read}, or from {@code each}
     * @throws IOException if the client breaks off
     */
    public void readEach(HttpServletRequest request, long sizeMax, String list, Consumer<JsonNode> each)
            throws IOException {
        if (request.getContentLengthLong() > sizeMax) {
            throw tooLarge(sizeMax);
        }
        try (InputStream in = new BoundedInput(request.getInputStream(), sizeMax);
                JsonParser parser = partMapper.createParser(in)) {
            Fields.require(parser.nextToken() == JsonToken.START_OBJECT, "body", "must be an object");
            boolean found = false;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                Fields.require(
                        parser.currentName().equals(list), parser.currentName(), "is not a field of this request");
                Fields.require(parser.nextToken() == JsonToken.START_ARRAY, list, "must be a list");
                found = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    each.accept(partMapper.readTree(parser));
                }
            }
            Fields.require(found, list, "this field is required");
            Fields.require(parser.nextToken() == null, "body", "must be one object, with nothing behind it");
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    private static StoaException tooLarge(long most) {
        return new StoaException(
                ErrorKind.TOO_LARGE, "The request body is larger than " + (most >> 20) + " MB, the most there may be.");
    }

    /** Ends a body that is larger than it may be, whatever its header said. */
    private static final class BoundedInput extends FilterInputStream {
        private final long most;
        private long left;

        BoundedInput(InputStream in, long most) {
            super(in);
            this.most = most;
            this.left = most;
        }

        private int count(int read) {
            left -= Math.max(0, read);
            if (left < 0) {
                throw tooLarge(most);
            }
            return read;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return count(super.read(into, offset, length));
        }
    }

    /**
     * Parses what was kept or lies in a file, by the same rules.
     *
     * @throws StoaException INVALID_REQUEST with the place of the fault
     */
    public JsonNode parse(byte[] bytes) {
        try {
            return mapper.readTree(bytes);
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    private static StoaException malformed(JacksonException e) {
        String problem = e instanceof StreamConstraintsException
                ? "The JSON of the request body is nested too deeply, or has a number or name that is too long"
                : "The request body is not valid JSON";
        return new StoaException(ErrorKind.INVALID_REQUEST, problem + place(e.getLocation()), null, e);
    }

    private static String place(@Nullable TokenStreamLocation at) {
        return at == null || at.getLineNr() < 1
                ? "."
                : ": line " + at.getLineNr() + ", column " + at.getColumnNr() + ".";
    }
}
