package dev.stoa.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts wrong attempts per address or account, in bounded memory, on this server. An attempt is counted before its key is looked at, so that many at
 * once can't slip through, and given back when the key was right. Thread-safe.
 */
final class SignInLimiter {
    private static final int IPV6_NETWORK_BYTES = 8;

    private final Cache<String, AtomicInteger> failures;
    private final int failuresMax;
    private final Duration window;

    /** One for addresses. */
    SignInLimiter(Clock clock) {
        this(clock, IdentityLimits.SIGN_IN_FAILURES, IdentityLimits.SIGN_IN_WINDOW);
    }

    SignInLimiter(Clock clock, int failuresMax, Duration window) {
        this.failuresMax = failuresMax;
        this.window = window;
        this.failures = Caffeine.newBuilder()
                .maximumSize(IdentityLimits.SIGN_IN_ADDRESSES)
                .expireAfterWrite(window)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** @throws StoaException RATE_LIMITED when this address or account has failed too often */
    void begin(String address) {
        AtomicInteger count = failures.get(network(address), key -> new AtomicInteger());
        if (count.incrementAndGet() > failuresMax) {
            throw new StoaException(
                    ErrorKind.RATE_LIMITED,
                    "Too many wrong attempts to sign in. Wait "
                            + (window.toMinutes() == 1 ? "a minute" : window.toMinutes() + " minutes")
                            + " and try again.",
                    window,
                    null);
        }
    }

    void succeeded(String address) {
        failures.get(network(address), key -> new AtomicInteger()).decrementAndGet();
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
