package dev.stoa.engine.grammar;

import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells of two alternatives whether no value can be both. "No" may also mean that it isn't plain to see. */
final class Disjointness {
    private static final int DEPTH_MAX = 6;

    private final SchemaChecker checker;
    private final Work work;
    private final Alternatives alternatives;
    /** What was found of alternatives before: each is compared with many. */
    private final Map<Set<Schema>, Merged> known = new HashMap<>();

    private int depth;

    Disjointness(SchemaDocument document, SchemaChecker checker, Work work) {
        this.checker = checker;
        this.work = work;
        this.alternatives = new Alternatives(document, this, work);
    }

    Alternatives alternatives() {
        return alternatives;
    }

    boolean sure(Set<Schema> a, Set<Schema> b) {
        Merged left = merged(a);
        Merged right = merged(b);
        if (left.hasValues()) {
            return left.values().stream().noneMatch(value -> allows(b, value));
        }
        if (right.hasValues()) {
            return right.values().stream().noneMatch(value -> allows(a, value));
        }
        Set<JsonType> common = EnumSet.copyOf(left.allowedTypes());
        common.retainAll(right.allowedTypes());
        return common.stream().allMatch(type -> switch (type) {
            case NULL, BOOLEAN -> false;
            case INTEGER, FRACTION -> left.numbers().apart(right.numbers());
            case STRING -> left.maxLength() < right.minLength() || right.maxLength() < left.minLength();
            case ARRAY -> left.maxItems() < right.minItems() || right.maxItems() < left.minItems();
            case OBJECT -> objects(a, left, b, right);
        });
    }

    private Merged merged(Set<Schema> all) {
        work.spend(all.size());
        return known.computeIfAbsent(all, _ -> new Merged(all, checker, work));
    }

    private boolean allows(Set<Schema> all, Object value) {
        return all.stream().allMatch(schema -> checker.allows(schema, value));
    }

    /** Apart if a property that one of them requires can't have a value that suits both. */
    private boolean objects(Set<Schema> a, Merged left, Set<Schema> b, Merged right) {
        if (depth >= DEPTH_MAX) {
            return false;
        }
        depth++;
        try {
            Set<String> required = new LinkedHashSet<>(left.required());
            required.addAll(right.required());
            for (String name : required) {
                List<Set<Schema>> mine = alternatives.of(of(a, name));
                List<Set<Schema>> theirs = alternatives.of(of(b, name));
                if (mine.stream().allMatch(one -> theirs.stream().allMatch(other -> sure(one, other)))) {
                    return true;
                }
            }
            return false;
        } finally {
            depth--;
        }
    }

    private List<Schema> of(Set<Schema> all, String name) {
        List<Schema> found = new ArrayList<>();
        all.forEach(schema -> found.addAll(checker.of(schema, name)));
        return found;
    }
}
