package dev.stoa.api.admin;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ids as this surface writes them: a prefix that says of what, and the UUID. Read with the prefix or without. */
enum AdminIds {
    KEY("apikey_"),
    WORKSPACE("wrkspc_"),
    MEMBER("user_"),
    SERVICE("svac_"),
    INVITE("invite_"),
    EVENT("audit_"),
    INCIDENT("incident_");

    private final String prefix;

    AdminIds(String prefix) {
        this.prefix = prefix;
    }

    @Nullable String write(@Nullable UUID id) {
        return id == null ? null : prefix + id;
    }

    /** @throws StoaException NOT_FOUND: what is no id names nothing */
    UUID read(String text) {
        try {
            return UUID.fromString(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
        } catch (IllegalArgumentException e) {
            throw new StoaException(ErrorKind.NOT_FOUND, "“" + text + "” names nothing here.", null, e);
        }
    }
}
