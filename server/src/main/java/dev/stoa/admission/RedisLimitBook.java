package dev.stoa.admission;

import dev.stoa.admission.Budget.Unit;
import dev.stoa.admission.RedisScript.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The book of all servers of one Redis. A batch is one round trip, each of its entries one call of {@code limits.lua},
 * which is done whole or not at all. Time is Redis's. What was spent is kept by PostgreSQL ({@link RedisSpending}); the
 * rest is forgotten with Redis: windows begin anew, and what servers have on their way they tell again within seconds.
 *
 * <p>Numbers are exact up to 2^53. Thread-safe, one batch at a time.
 */
final class RedisLimitBook implements LimitBook {
    /** In Lua numbers are doubles; also a bound that nobody reaches. */
    private static final long EXACT_MAX = 1L << 53;

    private static final String UNLIMITED = "-1";
    /** Of an answer to a reservation, before what is told of each scope. */
    private static final int HEAD = 5;

    private final RedisScript redis;
    private final String server;
    private final RedisSpending spent;
    private final SpendingWriter writer;
    /** Settlements on their way, by which Redis knows one that comes again because its answer was lost. */
    private final Map<Entry, Long> numbers = new IdentityHashMap<>();

    private long lastNumber;

    /** @param server this one, new at each start: its settlements are numbered from one */
    RedisLimitBook(RedisScript redis, UUID server, RedisSpending spent, SpendingWriter writer) {
        this.redis = redis;
        this.server = server.toString();
        this.spent = spent;
        this.writer = writer;
    }

    @Override
    public synchronized List<Verdict> apply(UUID who, List<Entry> entries) {
        List<Call> calls = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            calls.add(call(who, entry));
        }
        List<List<String>> answers = new ArrayList<>(redis.run(calls));
        judgeAgain(entries, calls, answers);
        List<Verdict> verdicts = new ArrayList<>(entries.size());
        for (int i = 0; i < calls.size(); i++) {
            verdicts.add(verdict(entries.get(i), answers.get(i)));
        }
        for (Entry entry : entries) {
            switch (entry) {
                case Settle(List<Scope> scopes, long _, Demand _, Spending used) -> writer.add(scopes, used);
                case Charge(List<Scope> scopes, Spending used) -> writer.add(scopes, used);
                case Reserve _, Touch _ -> {}
            }
        }
        numbers.clear();
        return verdicts;
    }

    /** Reservations in scopes whose spending Redis does not know: it is told, and asked once more. */
    private void judgeAgain(List<Entry> entries, List<Call> calls, List<List<String>> answers) {
        Set<Scope> unknown = new HashSet<>();
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            if (entries.get(i) instanceof Reserve(List<ScopeRule> rules, Demand _) && isUnknown(answers.get(i))) {
                again.add(i);
                answers.get(i)
                        .forEach(scope -> unknown.add(
                                rules.get(-Integer.parseInt(scope) - 1).scope()));
            }
        }
        if (again.isEmpty()) {
            return;
        }
        spent.begin(unknown);
        List<List<String>> late = redis.run(again.stream().map(calls::get).toList());
        for (int i = 0; i < again.size(); i++) {
            answers.set(again.get(i), late.get(i));
        }
    }

    private static boolean isUnknown(List<String> answer) {
        return answer.getFirst().startsWith("-");
    }

    private Call call(UUID who, Entry entry) {
        List<String> arguments = new ArrayList<>();
        return switch (entry) {
            case Reserve(List<ScopeRule> rules, Demand demand) -> {
                arguments.addAll(List.of("reserve", who.toString()));
                numbers(arguments, demand.inputTokens(), demand.outputTokens(), demand.tokensMax(), demand.costMax());
                rules.forEach(rule -> add(arguments, rule));
                yield new Call(keys(rules.stream().map(ScopeRule::scope).toList()), arguments);
            }
            case Settle(List<Scope> scopes, long then, Demand demand, Spending used) -> {
                arguments.add("settle");
                numbers(arguments, number(entry));
                arguments.add(who.toString());
                numbers(arguments, then);
                numbers(arguments, demand.inputTokens(), demand.outputTokens(), demand.tokensMax(), demand.costMax());
                numbers(arguments, used.inputTokens(), used.outputTokens(), used.cost());
                yield new Call(keys(scopes), arguments);
            }
            case Charge(List<Scope> scopes, Spending used) -> {
                arguments.add("charge");
                numbers(arguments, number(entry), used.tokens(), used.cost());
                yield new Call(keys(scopes), arguments);
            }
            case Touch(Map<Scope, OnTheWay> busy) -> {
                arguments.addAll(List.of("touch", who.toString()));
                List<Scope> scopes = List.copyOf(busy.keySet());
                for (Scope scope : scopes) {
                    OnTheWay mine = busy.getOrDefault(scope, OnTheWay.NOTHING);
                    numbers(arguments, mine.requests(), mine.tokens(), mine.cost());
                }
                yield new Call(keys(scopes), arguments);
            }
        };
    }

    private long number(Entry entry) {
        return numbers.computeIfAbsent(entry, _ -> ++lastNumber);
    }

    private List<String> keys(List<Scope> scopes) {
        List<String> keys = new ArrayList<>(1 + 2 * scopes.size());
        keys.add(RedisScript.serverKey(server));
        for (Scope scope : scopes) {
            keys.add(RedisScript.minuteKey(scope));
            keys.add(RedisScript.spentKey(scope));
        }
        return keys;
    }

    private static void add(List<String> arguments, ScopeRule rule) {
        RateLimits limits = rule.limits();
        for (long limit :
                new long[] {limits.requests(), limits.inputTokens(), limits.outputTokens(), limits.inFlight()}) {
            arguments.add(limit >= EXACT_MAX ? UNLIMITED : Long.toString(limit));
        }
        arguments.add(Integer.toString(rule.budgets().size()));
        for (Budget budget : rule.budgets()) {
            numbers(
                    arguments,
                    budget.period().ordinal() + 1,
                    budget.unit() == Unit.TOKENS ? 2 : 3,
                    Math.min(budget.amount(), EXACT_MAX));
        }
    }

    private static void numbers(List<String> arguments, long... values) {
        for (long value : values) {
            arguments.add(Long.toString(value));
        }
    }

    private static Verdict verdict(Entry entry, List<String> answer) {
        long now = Long.parseLong(answer.getFirst());
        if (!(entry instanceof Reserve(List<ScopeRule> rules, Demand _))) {
            return new Verdict(now, Allowance.UNKNOWN, null, null);
        }
        int refusing = Integer.parseInt(answer.get(1));
        Allowance allowance = Allowance.UNKNOWN;
        int next = HEAD;
        for (ScopeRule rule : rules) {
            RateLimits limits = rule.limits();
            allowance = allowance.and(new Allowance(
                    part(now, limits.requests(), answer, next),
                    part(now, limits.inputTokens(), answer, next + 2),
                    part(now, limits.outputTokens(), answer, next + 4)));
            next += 6;
        }
        if (refusing == 0) {
            return new Verdict(now, allowance, null, null);
        }
        long retry = Long.parseLong(answer.get(4));
        ScopeState.Shortage shortage = new ScopeState.Shortage(
                ScopeState.What.values()[Integer.parseInt(answer.get(2)) - 1],
                Long.parseLong(answer.get(3)),
                retry < 0 ? ScopeState.NEVER : retry);
        return new Verdict(now, allowance, rules.get(refusing - 1).scope(), shortage);
    }

    private static Allowance.@Nullable Part part(long now, long limit, List<String> answer, int at) {
        return limit >= EXACT_MAX
                ? null
                : new Allowance.Part(limit, Long.parseLong(answer.get(at)), now, Long.parseLong(answer.get(at + 1)));
    }
}
