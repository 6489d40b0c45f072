package dev.stoa.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * Counts wrong attempts per address or account, over all servers of the database. An attempt is counted before its secret
 * is looked at, so that many at once can't slip through, and given back when the secret was right. Whoever is refused is
 * remembered here until the window ends, so that going on asks the database nothing. Thread-safe.
 */
final class SignInLimiter {
    private static final int IPV6_NETWORK_BYTES = 8;

    private final SignInAttempts attempts;
    private final String kind;
    private final int failuresMax;
    private final Duration window;
    private final Clock clock;
    /** Until when: a window that began on another server may end before this server's memory of it. */
    private final Cache<String, Instant> barred;

    /** @param kind tells what is counted here from what is counted elsewhere */
    SignInLimiter(SignInAttempts attempts, Clock clock, String kind, int failuresMax, Duration window) {
        this.attempts = attempts;
        this.kind = kind;
        this.failuresMax = failuresMax;
        this.window = window;
        this.clock = clock;
        this.barred = Caffeine.newBuilder()
                .maximumSize(IdentityLimits.SIGN_IN_ADDRESSES)
                .expireAfterWrite(window)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** @throws StoaException RATE_LIMITED when this address or account has failed too often */
    void begin(String address) {
        String key = network(address);
        Instant now = clock.instant();
        Instant until = barred.getIfPresent(key);
        if (until != null && until.isAfter(now)) {
            throw refusal(Duration.between(now, until));
        }
        SignInAttempts.Count count = attempts.count(kind, key, now, window);
        if (count.failures() > failuresMax) {
            barred.put(key, count.until());
            throw refusal(Duration.between(now, count.until()));
        }
    }

    private StoaException refusal(Duration wait) {
        return new StoaException(
                ErrorKind.RATE_LIMITED,
                "Too many wrong attempts to sign in. Wait "
                        + (window.toMinutes() <= 1 ? "a minute" : window.toMinutes() + " minutes") + " and try again.",
                wait,
                null);
    }

    void succeeded(String address) {
        attempts.giveBack(kind, network(address), clock.instant());
    }

    /** One IPv6 customer has 2^64 addresses: count the network. */
    private static String network(String address) {
        try {
            // A literal is not looked up, so this never asks a name server.
            InetAddress parsed = InetAddress.ofLiteral(address);
            if (parsed instanceof Inet6Address) {
                return HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES));
            }
            return parsed.getHostAddress();
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
