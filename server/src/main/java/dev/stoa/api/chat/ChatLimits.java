package dev.stoa.api.chat;

import java.time.Duration;

/** Every bound of this surface, with its reason. */
final class ChatLimits {

    /** A question of the longest text, every character of it escaped as six, and its frame. */
    static final int BODY_BYTES_MAX = 1_500_000;

    /** A file of many conversations. */
    static final int IMPORT_BYTES_MAX = 64_000_000;

    /** Exports nest a dozen deep. */
    static final int IMPORT_DEPTH_MAX = 64;

    /** Bodies are flat objects. */
    static final int JSON_DEPTH_MAX = 8;

    /** How long browsers keep a hashed file, which never changes. */
    static final Duration ASSET_AGE = Duration.ofDays(365);

    private ChatLimits() {}
}
