package dev.stoa.safety;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy as the operator's file has it now. The file is looked at once a second at most, when a request comes. At
 * start a file that can't be read stops the server; later the policy that was good stays in force and the log says why,
 * so a slip of the pen neither opens the gate nor closes the house. A file that is deleted means no rules. Thread-safe.
 */
final class PolicySource {
    private static final long LOOK_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Logger log = LoggerFactory.getLogger(PolicySource.class);

    /** What a file looked like when it was read; null where there was none. */
    private record Stamp(FileTime modified, long size) {}

    private final Path file;
    private final LongSupplier nanoClock;
    private volatile Policy policy;
    private @Nullable Stamp stamp;
    private long lookedNanos;

    /** @throws PolicyException if there is a file and it can't be read */
    PolicySource(Path file, LongSupplier nanoClock) {
        this.file = file;
        this.nanoClock = nanoClock;
        this.lookedNanos = nanoClock.getAsLong();
        try {
            this.stamp = stampNow();
            this.policy = read(stamp);
        } catch (IOException e) {
            throw new PolicyException("The safety policy " + file + " can't be read: " + e.getMessage(), e);
        } catch (PolicyException e) {
            throw new PolicyException("The safety policy " + file + " can't be used: " + e.getMessage(), e);
        }
    }

    Policy current() {
        long now = nanoClock.getAsLong();
        synchronized (this) {
            if (now - lookedNanos >= LOOK_INTERVAL_NANOS) {
                lookedNanos = now;
                reload();
            }
        }
        return policy;
    }

    private void reload() {
        try {
            Stamp found = stampNow();
            if (Objects.equals(found, stamp)) {
                return;
            }
            stamp = found;
            policy = read(found);
            log.info("Safety policy {} is in force from {}", policy.version(), file);
        } catch (IOException | PolicyException e) {
            log.error("Safety policy {} stays in force; {} can't be used: {}", policy.version(), file, e.getMessage());
        }
    }

    private @Nullable Stamp stampNow() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size());
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private Policy read(@Nullable Stamp found) throws IOException {
        if (found == null) {
            return Policy.EMPTY;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return PolicyParser.parse(in.readNBytes(PolicyParser.FILE_BYTES_MAX + 1));
        }
    }
}
