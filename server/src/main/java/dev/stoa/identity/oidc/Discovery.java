package dev.stoa.identity.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says of itself (OpenID Connect Discovery 1.0).
 *
 * @param algorithms that its ID tokens may be signed with, and that this server takes: none with a shared secret
 * @param secretInHeader whether the client's secret goes into the header of the token request, else into its body
 * @param endSession where a person is signed out; null where there is no such place
 */
record Discovery(
        URI authorization,
        URI token,
        URI keys,
        @Nullable URI endSession,
        Set<JWSAlgorithm> algorithms,
        boolean secretInHeader) {

    private static final Set<JWSAlgorithm> TAKEN = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    static Discovery of(Map<String, Object> document, String issuer) throws OidcException {
        if (!issuer.equals(document.get("issuer"))) {
            throw OidcException.unavailable(
                    "the provider calls itself " + document.get("issuer") + ", and stoa.oidc.issuer is " + issuer,
                    null);
        }
        Set<JWSAlgorithm> algorithms = texts(document, "id_token_signing_alg_values_supported").stream()
                .map(JWSAlgorithm::parse)
                .filter(TAKEN::contains)
                .collect(Collectors.toSet());
        List<String> methods = texts(document, "token_endpoint_auth_methods_supported");
        return new Discovery(
                place(document, "authorization_endpoint"),
                place(document, "token_endpoint"),
                place(document, "jwks_uri"),
                document.containsKey("end_session_endpoint") ? place(document, "end_session_endpoint") : null,
                algorithms.isEmpty() ? Set.of(JWSAlgorithm.RS256) : algorithms,
                methods.isEmpty() || methods.contains("client_secret_basic"));
    }

    private static URI place(Map<String, Object> document, String name) throws OidcException {
        String url = String.valueOf(document.get(name));
        if (!OidcSettings.isSafe(url)) {
            throw OidcException.unavailable("the provider's " + name + " is no https address: " + url, null);
        }
        return URI.create(url);
    }

    private static List<String> texts(Map<String, Object> document, String name) {
        return document.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
