package dev.stoa.identity.oidc;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, as the provider has signed it.
 *
 * @param subject the provider's own name for the person, the same for ever
 * @param email null where there is none or the provider hasn't verified it
 * @param name null where there is none
 * @param claims all that the ID token says
 */
public record OidcPerson(
        String issuer,
        String subject,
        @Nullable String email,
        @Nullable String name,
        Map<String, Object> claims) {

    /** Whether a claim is one of the values, or a list that holds one. */
    public boolean has(String claim, List<String> values) {
        Object held = claims.get(claim);
        if (held instanceof Iterable<?> list) {
            for (Object each : list) {
                if (values.contains(String.valueOf(each))) {
                    return true;
                }
            }
            return false;
        }
        return held != null && values.contains(String.valueOf(held));
    }
}
