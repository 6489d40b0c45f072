package dev.stoa.identity.oidc;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Folders;
import dev.stoa.shared.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Single sign-on through an OpenID Connect provider, {@code stoa.oidc.*}; off without an issuer.
 *
 * @param issuer the provider's own name for itself; its configuration is read from below it
 * @param clientId what this server is called there
 * @param clientSecret what it proves that with; empty for a public client
 * @param clientSecretFile a file that holds the secret instead, read at the start
 * @param name the provider, for the button; empty means the issuer's host
 * @param scopes what is asked for; {@code openid} is a must
 * @param allowedDomains of verified e-mail addresses that may come in; empty means all
 * @param claim a claim of the ID token that must hold one of {@code claimValues}; empty means none
 * @param claimValues as there
 * @param firstLogin who may come in that never was here
 * @param signOut whether signing out here signs out there, too
 * @param timeout how long the provider may take for an answer: a sign-in waits for it
 * @param attempts sign-ins on their way at once over all servers, some hundred bytes each; beyond it new ones are refused
 * @param attemptLife how long a person may take at the provider
 */
@ConfigurationProperties("stoa.oidc")
public record OidcSettings(
        @DefaultValue("") String issuer,
        @DefaultValue("") String clientId,
        @DefaultValue("") String clientSecret,
        @DefaultValue("") String clientSecretFile,
        @DefaultValue("") String name,
        @DefaultValue({"openid", "email", "profile"}) List<String> scopes,
        @DefaultValue List<String> allowedDomains,
        @DefaultValue("") String claim,
        @DefaultValue List<String> claimValues,
        @DefaultValue("invited") FirstLogin firstLogin,
        @DefaultValue("local") SignOut signOut,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("10000") int attempts,
        @DefaultValue("10m") Duration attemptLife)
        implements CheckedSettings {

    /** Who may come in that never was here. */
    public enum FirstLogin {
        /** Whoever has an invitation: its link, or a verified address that it names. */
        INVITED,
        /** Everybody whom the provider lets in, and domains and claim allow: as a member with the role user. */
        OPEN
    }

    /** How far signing out goes. */
    public enum SignOut {
        LOCAL,
        PROVIDER
    }

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public OidcSettings {
        allowedDomains = allowedDomains.stream()
                .map(domain -> domain.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (!issuer.isEmpty()) {
            require(isSafe(issuer), "stoa.oidc.issuer must begin with https://; http:// is for this machine only");
            require(!clientId.isBlank(), "stoa.oidc.client-id must be set where stoa.oidc.issuer is");
        }
        require(
                clientSecret.isEmpty() || clientSecretFile.isEmpty(),
                "stoa.oidc.client-secret and stoa.oidc.client-secret-file can't both be set");
        require(scopes.contains("openid"), "stoa.oidc.scopes must contain openid");
        require(
                claim.isEmpty() == claimValues.isEmpty(),
                "stoa.oidc.claim and stoa.oidc.claim-values must be set together");
        require(timeout.toMillis() >= 1, "stoa.oidc.timeout must be positive");
        require(attempts >= 1, "stoa.oidc.attempts must be at least 1");
        require(attemptLife.toSeconds() >= 1, "stoa.oidc.attempt-life must be at least 1s");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    public boolean on() {
        return !issuer.isEmpty();
    }

    /** For the button. */
    public String shownName() {
        return name.isBlank() ? String.valueOf(URI.create(issuer).getHost()) : name;
    }

    /** @throws IllegalArgumentException if the secret's file can't be read */
    @Override
    public void check(Path dataFolder, Limits limits) {
        if (on()) {
            secret();
        }
    }

    /** @throws IllegalArgumentException if its file can't be read */
    String secret() {
        if (clientSecretFile.isEmpty()) {
            return clientSecret;
        }
        try {
            return Files.readString(Folders.expand(clientSecretFile)).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "stoa.oidc.client-secret-file can't be read from " + clientSecretFile, e);
        }
    }

    /** Whether what goes there stays secret: by TLS, or as it doesn't leave the machine. */
    static boolean isSafe(String url) {
        try {
            URI uri = URI.create(url);
            boolean local = "localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost());
            return uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && local));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "OidcSettings[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}
