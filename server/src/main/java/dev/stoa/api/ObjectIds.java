package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import java.math.BigInteger;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of one kind of thing, in answers and in paths: a prefix and 32 hexadecimal digits. */
public final class ObjectIds {
    public static final ObjectIds FILE = new ObjectIds("file", "file");
    public static final ObjectIds MESSAGE_BATCH = new ObjectIds("msgbatch", "batch");
    public static final ObjectIds BATCH = new ObjectIds("batch", "batch");

    private final String prefix;
    private final String noun;
    private final Pattern pattern;

    private ObjectIds(String prefix, String noun) {
        this.prefix = prefix + "_";
        this.noun = noun;
        this.pattern = Pattern.compile("(?:" + prefix + "[_-])?([0-9a-f]{16})([0-9a-f]{16})");
    }

    public String write(UUID id) {
        return prefix + id.toString().replace("-", "");
    }

    /** @throws StoaException NOT_FOUND: what is no id names nothing */
    public UUID read(String text) {
        UUID id = parse(text);
        if (id == null) {
            throw new StoaException(ErrorKind.NOT_FOUND, "There is no such " + noun + ".");
        }
        return id;
    }

    /** A place in a list; null if the query names none. @throws StoaException INVALID_REQUEST */
    public @Nullable UUID cursor(HttpServletRequest request, String parameter) {
        String text = request.getParameter(parameter);
        if (text == null || text.isEmpty()) {
            return null;
        }
        UUID id = parse(text);
        if (id == null) {
            throw Fields.invalid(parameter, "must be the id of a " + noun);
        }
        return id;
    }

    private @Nullable UUID parse(String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.matches()
                ? new UUID(
                        new BigInteger(matcher.group(1), 16).longValue(),
                        new BigInteger(matcher.group(2), 16).longValue())
                : null;
    }
}
