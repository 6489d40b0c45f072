package dev.stoa.api.chat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * An authenticator with one real key, and the browser before it: makes what WebAuthn Level 3 says they make, or, where a
 * test sets a field, what they must not.
 */
final class SoftAuthenticator {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int PRESENT = 0x01;
    private static final int VERIFIED = 0x04;
    private static final int CREDENTIAL = 0x40;

    private final KeyPair keys;
    private final byte[] id = bytes(UUID.randomUUID());
    private String user = "";

    String origin;
    long counter;
    boolean verified = true;

    SoftAuthenticator(String origin) {
        this.origin = origin;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What {@code navigator.credentials.create} answers. */
    ObjectNode create(JsonNode options) {
        user = options.get("user").get("id").asString();
        byte[] cose = new CBORMapper().writeValueAsBytes(coseKey());
        byte[] data = ByteBuffer.allocate(37 + 18 + id.length + cose.length)
                .put(head(options.get("rp").get("id").asString(), CREDENTIAL))
                .put(new byte[16])
                .putShort((short) id.length)
                .put(id)
                .put(cose)
                .array();
        Map<String, Object> attestation = new LinkedHashMap<>();
        attestation.put("fmt", "none");
        attestation.put("attStmt", Map.of());
        attestation.put("authData", data);
        ObjectNode answer = frame();
        answer.putObject("response")
                .put("clientDataJSON", base64(client("webauthn.create", options)))
                .put("attestationObject", base64(new CBORMapper().writeValueAsBytes(attestation)))
                .putArray("transports")
                .add("internal");
        return answer;
    }

    /** What {@code navigator.credentials.get} answers. */
    ObjectNode get(JsonNode options) {
        counter++;
        byte[] data = head(options.get("rpId").asString(), 0);
        byte[] client = client("webauthn.get", options);
        ObjectNode answer = frame();
        answer.putObject("response")
                .put("clientDataJSON", base64(client))
                .put("authenticatorData", base64(data))
                .put("signature", base64(sign(data, sha256(client))))
                .put("userHandle", user);
        return answer;
    }

    private ObjectNode frame() {
        ObjectNode answer = JSON.createObjectNode()
                .put("id", base64(id))
                .put("rawId", base64(id))
                .put("type", "public-key")
                .put("authenticatorAttachment", "platform");
        answer.putObject("clientExtensionResults");
        return answer;
    }

    private byte[] client(String type, JsonNode options) {
        return JSON.createObjectNode()
                .put("type", type)
                .put("challenge", options.get("challenge").asString())
                .put("origin", origin)
                .put("crossOrigin", false)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] head(String party, int flags) {
        return ByteBuffer.allocate(37)
                .put(sha256(party.getBytes(StandardCharsets.UTF_8)))
                .put((byte) (flags | PRESENT | (verified ? VERIFIED : 0)))
                .putInt((int) counter)
                .array();
    }

    /** RFC 9053: EC2, ES256, P-256. */
    private Map<Integer, Object> coseKey() {
        var point = ((ECPublicKey) keys.getPublic()).getW();
        Map<Integer, Object> key = new LinkedHashMap<>();
        key.put(1, 2);
        key.put(3, -7);
        key.put(-1, 1);
        key.put(-2, coordinate(point.getAffineX().toByteArray()));
        key.put(-3, coordinate(point.getAffineY().toByteArray()));
        return key;
    }

    private static byte[] coordinate(byte[] number) {
        byte[] fixed = new byte[32];
        byte[] own = number.length > 32 ? Arrays.copyOfRange(number, number.length - 32, number.length) : number;
        System.arraycopy(own, 0, fixed, 32 - own.length, own.length);
        return fixed;
    }

    private byte[] sign(byte[] data, byte[] hash) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(data);
            signature.update(hash);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
