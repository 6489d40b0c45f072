package dev.stoa.identity;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticatorTransport;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.client.CollectedClientData;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.util.exception.WebAuthnException;
import dev.stoa.identity.PasskeyRepository.Stored;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What WebAuthn (Level 3) asks of a server, through WebAuthn4J: the questions to a browser and the checks of its answers.
 *
 * <p>A passkey stands alone, without a password, so every answer must come from an authenticator that has verified its
 * person (by a finger, a face, a PIN), not only from one that is there. Who built the authenticator is not asked.
 * Thread-safe.
 */
@Component
final class Webauthn {
    /** In the order of preference: elliptic curves, and what Windows Hello has. */
    private static final List<COSEAlgorithmIdentifier> ALGORITHMS =
            List.of(COSEAlgorithmIdentifier.EdDSA, COSEAlgorithmIdentifier.ES256, COSEAlgorithmIdentifier.RS256);

    private static final String TYPE = "public-key";
    private static final boolean USER_VERIFICATION_REQUIRED = true;
    private static final boolean USER_PRESENCE_REQUIRED = true;
    /** Of transports, all known ones together have fewer. */
    private static final int TRANSPORTS_MAX = 10;

    private final ObjectConverter converter = new ObjectConverter();
    private final WebAuthnManager manager = WebAuthnManager.createNonStrictWebAuthnManager(converter);
    private final AttestedCredentialDataConverter credentials = new AttestedCredentialDataConverter(converter);

    /** An answer that is not as it must be. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Whom the answers must be meant for. */
    record Party(String host, String origin) {}

    /**
     * The options of {@code navigator.credentials.create}, in WebAuthn's own JSON.
     *
     * @param known credentials that the member has: their authenticators make no second one
     */
    static Map<String, Object> creation(
            Party party, Member member, byte[] challenge, Duration timeout, List<byte[]> known) {
        String account = Objects.requireNonNullElse(member.email(), member.name());
        return Map.of(
                "rp", Map.of("id", party.host(), "name", "Stoa"),
                "user", Map.of("id", base64(bytes(member.id())), "name", account, "displayName", member.name()),
                "challenge", base64(challenge),
                "pubKeyCredParams",
                        ALGORITHMS.stream()
                                .map(algorithm -> Map.of("type", TYPE, "alg", algorithm.getValue()))
                                .toList(),
                "timeout", timeout.toMillis(),
                "excludeCredentials",
                        known.stream()
                                .map(id -> Map.of("type", TYPE, "id", base64(id)))
                                .toList(),
                "authenticatorSelection",
                        Map.of("residentKey", "required", "requireResidentKey", true, "userVerification", "required"),
                "attestation", "none");
    }

    /** The options of {@code navigator.credentials.get}: any passkey of this server that the browser finds. */
    static Map<String, Object> request(Party party, byte[] challenge, Duration timeout) {
        return Map.of(
                "rpId", party.host(),
                "challenge", base64(challenge),
                "timeout", timeout.toMillis(),
                "userVerification", "required");
    }

    RegistrationData registration(String json) throws RefusedException {
        return checked(() -> manager.parseRegistrationResponseJSON(json));
    }

    AuthenticationData authentication(String json) throws RefusedException {
        return checked(() -> manager.parseAuthenticationResponseJSON(json));
    }

    /** The challenge that an answer says to answer. */
    static byte[] challenge(@Nullable CollectedClientData client) throws RefusedException {
        var challenge = client == null ? null : client.getChallenge();
        return present(challenge == null ? null : challenge.getValue(), "challenge");
    }

    /** The passkey that an answer says to be made with. */
    static byte[] credentialId(AuthenticationData answer) throws RefusedException {
        return present(answer.getCredentialId(), "credential");
    }

    private static byte[] present(@Nullable Object part, String name) throws RefusedException {
        if (part instanceof byte[] bytes) {
            return bytes;
        }
        throw new RefusedException("the answer names no " + name, null);
    }

    /** The new passkey, where the answer is good. */
    Stored verify(RegistrationData answer, UUID id, UUID member, Party party, byte[] challenge)
            throws RefusedException {
        List<PublicKeyCredentialParameters> algorithms = ALGORITHMS.stream()
                .map(algorithm -> new PublicKeyCredentialParameters(PublicKeyCredentialType.PUBLIC_KEY, algorithm))
                .toList();
        var wanted = new RegistrationParameters(
                server(party, challenge), algorithms, USER_VERIFICATION_REQUIRED, USER_PRESENCE_REQUIRED);
        return checked(() -> {
            RegistrationData good = manager.verify(answer, wanted);
            var data = Objects.requireNonNull(good.getAttestationObject()).getAuthenticatorData();
            Set<AuthenticatorTransport> transports = good.getTransports();
            return new Stored(
                    id,
                    member,
                    credentials.convert(Objects.requireNonNull(data.getAttestedCredentialData())),
                    data.getSignCount(),
                    data.isFlagBE(),
                    data.isFlagBS(),
                    transports == null
                            ? List.of()
                            : transports.stream()
                                    .map(AuthenticatorTransport::getValue)
                                    .limit(TRANSPORTS_MAX)
                                    .toList());
        });
    }

    byte[] credentialId(Stored passkey) {
        return credentials.extractCredentialId(passkey.credential());
    }

    /** Checks a sign-in: signature, origin, challenge, and that the counter has grown where there is one. */
    AuthenticationData verify(AuthenticationData answer, Stored passkey, Party party, byte[] challenge)
            throws RefusedException {
        byte[] user = present(answer.getUserHandle(), "account");
        if (!Arrays.equals(user, bytes(passkey.memberId()))) {
            throw new RefusedException("the answer is for another account", null);
        }
        var record = new CredentialRecordImpl(
                null,
                USER_VERIFICATION_REQUIRED,
                passkey.backupEligible(),
                passkey.backedUp(),
                passkey.counter(),
                checked(() -> credentials.convert(passkey.credential())),
                null,
                null,
                null,
                passkey.transports().stream()
                        .map(AuthenticatorTransport::create)
                        .collect(Collectors.toSet()));
        var wanted = new AuthenticationParameters(
                server(party, challenge), record, null, USER_VERIFICATION_REQUIRED, USER_PRESENCE_REQUIRED);
        return checked(() -> manager.verify(answer, wanted));
    }

    private static ServerProperty server(Party party, byte[] challenge) {
        return ServerProperty.builder()
                .origin(new Origin(party.origin()))
                .rpId(party.host())
                .challenge(new DefaultChallenge(challenge))
                .build();
    }

    /** The library throws a family of its own, and at odd input whatever it runs into: all of it is a refusal. */
    private static <T> T checked(Supplier<T> work) throws RefusedException {
        try {
            T value = work.get();
            if (value == null) {
                throw new RefusedException("the answer is empty", null);
            }
            return value;
        } catch (WebAuthnException e) {
            // Parts of the text are the client's.
            throw new RefusedException(String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " "), e);
        } catch (RuntimeException e) {
            throw new RefusedException("the answer is not in WebAuthn's form", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What authenticators know a member by: nothing that tells who it is. */
    private static byte[] bytes(UUID id) {
        return java.nio.ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
