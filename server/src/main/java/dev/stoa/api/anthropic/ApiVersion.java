package dev.stoa.api.anthropic;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import org.jspecify.annotations.Nullable;

/** The protocol's versions, as the header {@code anthropic-version} names them. */
enum ApiVersion {
    V2023_06_01("2023-06-01"),
    /** Takes no sampling parameters. */
    V2026_10_21("2026-10-21");

    static final String HEADER = "anthropic-version";

    private final String value;

    ApiVersion(String value) {
        this.value = value;
    }

    /** Whether temperature, top_p and top_k are part of it. */
    boolean takesSampling() {
        return this == V2023_06_01;
    }

    /** @throws StoaException INVALID_REQUEST if it is missing or unknown */
    static ApiVersion of(@Nullable String header) {
        if (header == null || header.isBlank()) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, HEADER + ": this header is required");
        }
        for (ApiVersion version : values()) {
            if (version.value.equals(header.strip())) {
                return version;
            }
        }
        throw new StoaException(
                ErrorKind.INVALID_REQUEST,
                HEADER + ": “" + header + "” is not a version; use 2023-06-01 or 2026-10-21");
    }
}
