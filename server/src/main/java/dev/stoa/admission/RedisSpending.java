package dev.stoa.admission;

import dev.stoa.admission.Budget.Period;
import dev.stoa.admission.Budget.Unit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.dao.DataAccessException;

/**
 * What was spent is PostgreSQL's to know; Redis has a copy of it, to judge by. Every settlement is added to the copy as it
 * comes and to PostgreSQL soon after. A copy that was lost is begun anew with PostgreSQL's sums, and those it may not have
 * had yet reach it with the next: sums only grow within a period, so the greater is the later one. Thread-safe.
 */
final class RedisSpending implements SpendingBook {
    private final PostgresLimitBook kept;
    private final RedisScript redis;
    /** Scopes of which Redis may know less than PostgreSQL; no more than have spent anything. */
    private final Set<Scope> behind = ConcurrentHashMap.newKeySet();

    RedisSpending(PostgresLimitBook kept, RedisScript redis) {
        this.kept = kept;
        this.redis = redis;
    }

    @Override
    public void charge(Map<Scope, Spending> used) {
        Map<Scope, Spending> all = new HashMap<>(used);
        behind.forEach(scope -> all.putIfAbsent(scope, Spending.NOTHING));
        if (all.isEmpty()) {
            return;
        }
        PostgresLimitBook.Charged charged = kept.charged(all);
        behind.addAll(all.keySet());
        try {
            tell(charged, false);
            behind.removeAll(all.keySet());
        } catch (DataAccessException _) {
            // Told again with the next; the keeper has said that Redis is away.
        }
    }

    /**
     * Lets Redis know what was spent in these scopes.
     *
     * @throws DataAccessException or TransactionException if either is away
     */
    void begin(Set<Scope> scopes) {
        Map<Scope, Spending> nothing = new HashMap<>();
        scopes.forEach(scope -> nothing.put(scope, Spending.NOTHING));
        tell(kept.charged(nothing), true);
    }

    private void tell(PostgresLimitBook.Charged charged, boolean begin) {
        List<RedisScript.Call> calls = new ArrayList<>();
        charged.states().forEach((scope, state) -> {
            List<String> arguments = new ArrayList<>(List.of("raise", begin ? "1" : "0"));
            for (Period period : Period.values()) {
                arguments.add(Long.toString(period.startDay(charged.atMillis())));
                for (Unit unit : List.of(Unit.TOKENS, Unit.NANODOLLARS)) {
                    arguments.add(Long.toString(state.spent(charged.atMillis(), period, unit)));
                }
            }
            // It asks for no server's number and no minute.
            calls.add(new RedisScript.Call(
                    List.of(RedisScript.serverKey("none"), RedisScript.minuteKey(scope), RedisScript.spentKey(scope)),
                    arguments));
        });
        redis.run(calls);
    }
}
