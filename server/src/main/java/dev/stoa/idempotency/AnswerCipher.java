package dev.stoa.idempotency;

import dev.stoa.shared.SecretBox;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Seals answers and digests bodies, with keys that only the caller's secret gives. Immutable. */
final class AnswerCipher {
    private static final String MAC = "HmacSHA256";
    /** Takes any bytes as they are. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private final String owner;
    private final SecretBox box;
    private final SecretKeySpec digestKey;

    AnswerCipher(IdempotencyKey of, RandomGenerator random) {
        SecretKeySpec secret = new SecretKeySpec(of.secret().getBytes(StandardCharsets.UTF_8), MAC);
        this.owner = of.caller().credentialId().toString();
        this.box = new SecretBox(mac(secret, "answer " + of.key()), random);
        this.digestKey = new SecretKeySpec(mac(secret, "digest " + of.key()), MAC);
    }

    private static byte[] mac(SecretKeySpec secret, String label) {
        return mac(secret, label.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] mac(SecretKeySpec secret, byte[] text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(secret);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }

    /** Of a body's digest, so that nobody can try out which bodies would give what is stored. */
    byte[] digest(byte[] bodyDigest) {
        return mac(digestKey, bodyDigest);
    }

    byte[] seal(byte[] answer) {
        return box.seal(owner, new String(answer, BYTES));
    }

    byte[] open(byte[] sealed) {
        return box.open(owner, sealed).getBytes(BYTES);
    }
}
