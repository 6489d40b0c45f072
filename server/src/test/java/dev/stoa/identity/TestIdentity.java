package dev.stoa.identity;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who may do what, for tests of other packages. */
public final class TestIdentity {
    private TestIdentity() {}

    public static Identity of(JdbcClient jdbc) {
        SignInSettings settings = new SignInSettings(10, Duration.ofMinutes(1), 30, 10, Duration.ofMinutes(10));
        return new Identity(
                new IdentityRepository(jdbc),
                new SignInAttempts(jdbc, settings),
                Clock.systemUTC(),
                new SecureRandom());
    }
}
