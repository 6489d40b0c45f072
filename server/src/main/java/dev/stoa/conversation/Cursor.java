package dev.stoa.conversation;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;

/**
 * A place in the list of conversations: after the one that was changed then and has this id. A conversation that
 * changes while a client pages moves to the front and is not shown twice further down.
 */
record Cursor(Instant updatedAt, UUID id) {
    private static final int BYTES = 24;

    static Cursor after(Conversation conversation) {
        return new Cursor(conversation.updatedAt(), conversation.id());
    }

    String encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, updatedAt))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** @throws StoaException INVALID_REQUEST if it is none of ours */
    static Cursor decode(String text) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        if (bytes.remaining() != BYTES) {
            throw malformed();
        }
        long micros = bytes.getLong();
        // PostgreSQL's timestamps end in the year 294276; this one is what base64 of anything may hold.
        if (micros < 0 || micros > ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))) {
            throw malformed();
        }
        return new Cursor(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), new UUID(bytes.getLong(), bytes.getLong()));
    }

    private static StoaException malformed() {
        return new StoaException(ErrorKind.INVALID_REQUEST, "before: not a cursor that this server gave out");
    }
}
