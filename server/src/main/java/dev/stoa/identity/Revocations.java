package dev.stoa.identity;

import dev.stoa.shared.Announcements;
import org.springframework.stereotype.Component;

/** Makes this server forget who was good when any server changes a key, a member or a workspace. */
@Component
final class Revocations {
    /** The topic that the triggers of these tables announce. */
    private static final String TOPIC = "keys";

    Revocations(Announcements announcements, Identity identity) {
        announcements.listen(TOPIC, identity::forgetAll);
    }
}
