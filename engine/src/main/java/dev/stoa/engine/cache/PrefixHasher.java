package dev.stoa.engine.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Computes {@link PrefixHash}es. For the engine thread. */
final class PrefixHasher {
    private static final int HASH_BYTES = 2 * Long.BYTES;

    private final byte[] secret;
    private final MessageDigest digest;
    private final ByteBuffer input = ByteBuffer.allocate(HASH_BYTES + KvLayout.TOKENS * Integer.BYTES);

    /** @param secret random bytes that nobody outside this process knows */
    PrefixHasher(byte[] secret) {
        this.secret = secret.clone();
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Where the chains of a tenant begin. */
    PrefixHash root(String tenant) {
        digest.update(secret);
        digest.update(tenant.getBytes(StandardCharsets.UTF_8));
        return finish();
    }

    /** The name of the block that holds {@code tokens[from … from + 16)} behind the block named {@code before}. */
    PrefixHash next(PrefixHash before, int[] tokens, int from) {
        input.clear().putLong(before.high()).putLong(before.low());
        for (int i = from; i < from + KvLayout.TOKENS; i++) {
            input.putInt(tokens[i]);
        }
        digest.update(input.flip());
        return finish();
    }

    private PrefixHash finish() {
        ByteBuffer out = ByteBuffer.wrap(digest.digest());
        return new PrefixHash(out.getLong(), out.getLong());
    }
}
