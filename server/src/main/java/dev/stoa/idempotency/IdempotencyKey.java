package dev.stoa.idempotency;

import dev.stoa.identity.Caller;

/**
 * A caller's name for a request.
 *
 * @param secret with which the caller has shown who it is; it is never stored
 */
public record IdempotencyKey(Caller caller, String secret, String key) {
    @Override
    public String toString() {
        return "IdempotencyKey of " + caller.credentialId();
    }
}
