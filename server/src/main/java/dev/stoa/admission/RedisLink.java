package dev.stoa.admission;

import dev.stoa.operations.OperatorException;
import java.security.GeneralSecurityException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to Redis, made when it is needed and made again when it broke. Work that finds it broken is begun once
 * more on a new one, as a Redis that was restarted, or a firewall that forgets, breaks every idle connection. Thread-safe:
 * one caller at a time.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    private final HostAndPort address;
    private final DefaultJedisClientConfig config;
    private @Nullable Jedis open;

    RedisLink(RedisAddress address) {
        this.address = address.place();
        this.config = address.client();
    }

    /**
     * Does something with it.
     *
     * @throws DataAccessResourceFailureException if there is no Redis that takes it
     */
    synchronized <T> T call(Function<Jedis, T> work) {
        boolean used = open != null;
        try {
            return attempt(work);
        } catch (JedisConnectionException e) {
            if (!used) {
                throw away(e);
            }
        } catch (JedisException e) {
            throw away(e);
        }
        try {
            return attempt(work);
        } catch (JedisException e) {
            throw away(e);
        }
    }

    private <T> T attempt(Function<Jedis, T> work) {
        Jedis connection = open == null ? new Jedis(address, config) : open;
        open = connection;
        try {
            return work.apply(connection);
        } catch (RuntimeException | Error e) {
            // Answers that were not read would be taken for those of the next question.
            close();
            throw e;
        }
    }

    private DataAccessResourceFailureException away(JedisException cause) {
        return new DataAccessResourceFailureException("the Redis at " + address + ": " + cause.getMessage(), cause);
    }

    /**
     * At the start: a Redis that refuses is the operator's to mend, one that is away may come.
     *
     * @throws OperatorException if it refuses the login, or can't be trusted
     */
    void requireWilling(Function<Jedis, ?> work) {
        try {
            call(work);
        } catch (DataAccessResourceFailureException e) {
            Throwable root = e.getMostSpecificCause();
            if (!(e.getCause() instanceof JedisConnectionException) || isDistrusted(e)) {
                throw new OperatorException(
                        "Cannot use the Redis at %s: %s. Check redis.url (STOA_REDIS_URL)."
                                .formatted(address, root.getMessage()),
                        e);
            }
            log.warn("The Redis at {} does not answer, so limits can't be counted yet", address);
        }
    }

    /** What is wrong with a certificate is the cause of a failed handshake; one that merely broke off has none such. */
    private static boolean isDistrusted(Throwable fault) {
        Throwable at = fault;
        while (at.getCause() != null && !(at instanceof GeneralSecurityException)) {
            at = at.getCause();
        }
        return at instanceof GeneralSecurityException || at instanceof SSLException;
    }

    @Override
    public synchronized void close() {
        Jedis connection = open;
        open = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (JedisException _) {
                // It was broken; nothing is left of it.
            }
        }
    }
}
