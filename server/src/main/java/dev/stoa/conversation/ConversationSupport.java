package dev.stoa.conversation;

import dev.stoa.inference.Inference;
import dev.stoa.inference.Model;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What the services of this package share: time, transactions, the model of a name, common refusals. Thread-safe. */
@Component
class ConversationSupport {
    private final Inference inference;
    private final TransactionTemplate transactions;
    private final Clock clock;

    ConversationSupport(Inference inference, TransactionTemplate transactions, Clock clock) {
        this.inference = inference;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Of a body's field, so a wrong name is the request's fault and not a path that is not there. */
    Model knownModel(String name) {
        try {
            return inference.model(name);
        } catch (StoaException e) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "model: " + e.getMessage(), null, e);
        }
    }

    /** As precise as PostgreSQL stores it, so that the first answer and a repeated one are the same. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transactions.execute(status -> work.get()));
    }

    /** As {@link #inTransaction}, for work that may find nothing. */
    <T> Optional<T> findInTransaction(Supplier<@Nullable T> work) {
        return Optional.ofNullable(transactions.execute(status -> work.get()));
    }

    static StoaException noConversation(UUID id) {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no conversation " + id + ".");
    }

    static StoaException taken(UUID id) {
        return new StoaException(ErrorKind.CONFLICT, "The id " + id + " is taken by something else.");
    }
}
