/**
 * OpenID Connect Core 1.0 as a relying party: the authorization code flow with PKCE (RFC 7636), state and nonce.
 *
 * <p>{@link dev.stoa.identity.oidc.OidcProvider} speaks to the one provider that {@link
 * dev.stoa.identity.oidc.OidcSettings} name, and gives back who it says is there, once its signature and every claim are
 * checked. What that person may do here is not this package's matter.
 */
@NullMarked
package dev.stoa.identity.oidc;

import org.jspecify.annotations.NullMarked;
