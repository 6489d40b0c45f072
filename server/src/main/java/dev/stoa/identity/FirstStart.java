package dev.stoa.identity;

import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes sure that somebody can sign in.
 *
 * <p>On an empty database it makes the organization, its workspace, the member Operator and the first key in one
 * transaction under an advisory lock, so that of two servers that start at once only one does. The key is the preset one
 * ({@code stoa.admin-key}, STOA_ADMIN_KEY), or a random one, which is kept nowhere: {@link #newKey} makes it when the
 * rest of the service is up, so that no start that fails takes it along. On a later start a preset key that is not known
 * yet is added: that is how unattended installs rotate it. A key that was disabled stays disabled.
 */
@Component
public class FirstStart {
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final String FIRST_KEY = "First key";

    private final IdentityRepository repository;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;
    private final TransactionTemplate transactions;
    private final AdminKey preset;

    FirstStart(
            IdentityRepository repository,
            TransactionTemplate transactions,
            Clock clock,
            RandomGenerator random,
            AdminKey preset) {
        this.repository = repository;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
        this.transactions = transactions;
        this.preset = preset;
        if (preset.isPreset()) {
            preset.requireWellFormed();
            transactions.executeWithoutResult(status -> ensurePresetKey());
        }
    }

    /** Makes the first key where nobody is there yet, once over all servers: whoever gets it has to show it. */
    public Optional<String> newKey() {
        return Objects.requireNonNull(transactions.execute(status -> makeKey()));
    }

    /** Whether no key was presented, no password chosen and nobody signed in so far: the first key may be lost. */
    public boolean awaitsFirstSignIn() {
        return !preset.isPreset() && !repository.anybodySignedIn();
    }

    private Optional<String> makeKey() {
        repository.lockFirstStart();
        if (repository.operator().isPresent()) {
            return Optional.empty();
        }
        String key = SecretToken.newKey(random);
        insertKey(insertOperator(), FIRST_KEY, key);
        return Optional.of(key);
    }

    private void ensurePresetKey() {
        repository.lockFirstStart();
        Optional<UUID> operator = repository.operator();
        if (operator.isEmpty()) {
            insertKey(insertOperator(), FIRST_KEY, preset.adminKey());
        } else if (insertKey(operator.get(), "Preset key", preset.adminKey())) {
            LOG.info("Added the preset API key {}", SecretToken.hint(preset.adminKey()));
        }
    }

    private UUID insertOperator() {
        UUID member = ids.next();
        repository.insertOperator(ids.next(), ids.next(), member, clock.instant());
        return member;
    }

    private boolean insertKey(UUID member, String name, String key) {
        Instant now = clock.instant();
        return repository.insertKey(ids.next(), member, name, SecretToken.hash(key), SecretToken.hint(key), now, null);
    }
}
