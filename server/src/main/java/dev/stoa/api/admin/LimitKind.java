package dev.stoa.api.admin;

import dev.stoa.admission.RateLimits;
import dev.stoa.api.Fields;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What a rate limit bounds, by the protocol's names; {@link #IN_FLIGHT} is this server's own. */
enum LimitKind {
    REQUESTS_PER_MINUTE,
    INPUT_TOKENS_PER_MINUTE,
    OUTPUT_TOKENS_PER_MINUTE,
    IN_FLIGHT;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws dev.stoa.shared.StoaException INVALID_REQUEST if this server has no such limit */
    static LimitKind named(String label, String path) {
        for (LimitKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw Fields.invalid(
                path,
                "must be requests_per_minute, input_tokens_per_minute, output_tokens_per_minute or in_flight here");
    }

    /** Those that are set. */
    static Map<LimitKind, Long> of(RateLimits limits) {
        Map<LimitKind, Long> set = new EnumMap<>(LimitKind.class);
        for (LimitKind kind : values()) {
            long bound = kind.boundIn(limits);
            if (bound != RateLimits.UNLIMITED) {
                set.put(kind, bound);
            }
        }
        return set;
    }

    private long boundIn(RateLimits limits) {
        return switch (this) {
            case REQUESTS_PER_MINUTE -> limits.requests();
            case INPUT_TOKENS_PER_MINUTE -> limits.inputTokens();
            case OUTPUT_TOKENS_PER_MINUTE -> limits.outputTokens();
            case IN_FLIGHT -> limits.inFlight();
        };
    }

    /** The same limits with another bound of this kind. */
    RateLimits with(RateLimits limits, long bound) {
        return new RateLimits(
                this == REQUESTS_PER_MINUTE ? bound : limits.requests(),
                this == INPUT_TOKENS_PER_MINUTE ? bound : limits.inputTokens(),
                this == OUTPUT_TOKENS_PER_MINUTE ? bound : limits.outputTokens(),
                this == IN_FLIGHT ? bound : limits.inFlight());
    }
}
