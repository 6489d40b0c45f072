package dev.stoa.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.OperatorException;
import dev.stoa.operations.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Redis over TLS, with a password: whose certificate is trusted, for which name, and what is said where it is not. */
class RedisTlsTest {
    private static final String PASSWORD = "p%w:d";
    private static final String ENCODED = "p%25w%3Ad";

    @TempDir(factory = OpenTempDir.class)
    private static Path folder;

    private static TestCertificate certificate;
    private static RedisServer redis;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.make(folder);
        redis = RedisServer.start(
                "--bind",
                "127.0.0.1",
                "127.0.0.2",
                "--tls-port",
                "0",
                "--tls-cert-file",
                certificate.certificate().toString(),
                "--tls-key-file",
                certificate.key().toString(),
                "--tls-auth-clients",
                "no",
                "--requirepass",
                PASSWORD);
    }

    @AfterAll
    static void stop() throws Exception {
        redis.close();
    }

    private static RedisLink link(String url, String passwordFile, @Nullable Path authority) {
        return new RedisLink(RedisAddress.of(new RedisSettings(
                url, passwordFile, authority == null ? "" : authority.toString(), Duration.ofSeconds(10))));
    }

    private static String url(String scheme, String password, String host) {
        return scheme + "://" + (password.isEmpty() ? "" : ":" + password + "@") + host + ":" + redis.port();
    }

    private static void assertAnswers(RedisLink link) {
        try (link) {
            link.requireWilling(Jedis::ping);
            String answer = link.call(Jedis::ping);
            assertThat(answer).isEqualTo("PONG");
        }
    }

    private static void assertRefused(RedisLink link, String why) {
        try (link) {
            assertThatThrownBy(() -> link.requireWilling(Jedis::ping))
                    .isInstanceOf(OperatorException.class)
                    .hasMessageContaining(why)
                    .hasMessageNotContaining(PASSWORD)
                    .hasMessageNotContaining(ENCODED);
        }
    }

    @Test
    void aCertificateThatTheSettingsTrustIsTaken() throws Exception {
        assertAnswers(link(url("rediss", ENCODED, "localhost"), "", certificate.certificate()));
        assertAnswers(link(url("rediss", ENCODED, "127.0.0.1"), "", certificate.certificate()));
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        assertAnswers(link(url("rediss", "", "localhost"), password.toString(), certificate.certificate()));
    }

    @Test
    void aCertificateOfAStrangerIsNot() throws Exception {
        assertRefused(link(url("rediss", ENCODED, "localhost"), "", null), "certification path");
        // Of the same name, signed by another key.
        Path other = Files.createDirectory(folder.resolve("other"));
        assertRefused(
                link(
                        url("rediss", ENCODED, "localhost"),
                        "",
                        TestCertificate.make(other).certificate()),
                "Signature does not match");
    }

    /** All of 127.0.0.0/8 is this machine, and the certificate is for the first address only. */
    @Test
    void aCertificateForAnotherNameIsNot() {
        assertRefused(link(url("rediss", ENCODED, "127.0.0.2"), "", certificate.certificate()), "127.0.0.2");
    }

    @Test
    void aWrongPasswordIsTheOperatorsToMend() {
        assertRefused(link(url("rediss", "guessed", "localhost"), "", certificate.certificate()), "WRONGPASS");
    }

    @Test
    void aCaFileWithoutCertificatesIsNamed() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
        assertThatThrownBy(() -> link(url("rediss", ENCODED, "localhost"), "", empty))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("ca-file");
    }
}
