package dev.stoa.identity;

import dev.stoa.shared.Uuid7;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Members beside the first one. */
public final class TestMembers {
    private TestMembers() {}

    /** @return the key of a new member, of an organization of its own */
    public static String add(JdbcClient jdbc) {
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        Uuid7 ids = new Uuid7(clock, random);
        IdentityRepository repository = new IdentityRepository(jdbc);
        var member = ids.next();
        repository.insertOperator(ids.next(), ids.next(), member, clock.instant());
        String key = SecretToken.newKey(random);
        repository.insertKey(
                ids.next(), member, "test", SecretToken.hash(key), SecretToken.hint(key), clock.instant(), null);
        return key;
    }
}
