package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resolves {@code $ref}, {@code allOf}, {@code anyOf} and {@code oneOf}: a schema becomes alternatives, each a set of
 * schemas whose other keywords must all hold.
 */
final class Alternatives {
    private final SchemaDocument document;
    private final Disjointness disjointness;
    private final Work work;
    /** What was found of schemas before; many paths may lead to one. */
    private final Map<Schema, List<Set<Schema>>> known = new HashMap<>();

    Alternatives(SchemaDocument document, Disjointness disjointness, Work work) {
        this.document = document;
        this.disjointness = disjointness;
        this.work = work;
    }

    /** Of schemas that must all hold. No alternatives means that nothing is allowed. */
    List<Set<Schema>> of(Iterable<Schema> all) {
        List<Set<Schema>> alternatives = List.of(Set.of());
        for (Schema schema : all) {
            alternatives = cross(schema, alternatives, of(schema, new LinkedHashSet<>()));
        }
        return alternatives;
    }

    private List<Set<Schema>> of(Schema schema, Set<Schema> path) {
        if (schema.never()) {
            return List.of();
        }
        List<Set<Schema>> before = known.get(schema);
        if (before != null) {
            return before;
        }
        work.spend((long) Work.OBJECT * Keywords.size(schema));
        Keywords.check(schema);
        if (!path.add(schema)) {
            throw schema.error("$ref", "the schema refers to itself without end");
        }
        if (path.size() > GrammarLimits.NESTING_MAX) {
            throw new ConstraintException(
                    schema.pointer(), "schemas stand for each other more than " + GrammarLimits.NESTING_MAX + " deep");
        }
        List<Set<Schema>> alternatives = List.of(Set.of(schema));
        String reference = Keywords.string(schema, "$ref");
        if (reference != null) {
            alternatives = cross(schema, alternatives, of(document.resolve(schema, reference), path));
        }
        for (Schema each : Keywords.schemas(schema, "allOf")) {
            alternatives = cross(schema, alternatives, of(each, path));
        }
        alternatives = crossBranches(schema, "anyOf", alternatives, path);
        alternatives = crossBranches(schema, "oneOf", alternatives, path);
        path.remove(schema);
        known.put(schema, alternatives);
        return alternatives;
    }

    private List<Set<Schema>> crossBranches(
            Schema schema, String keyword, List<Set<Schema>> alternatives, Set<Schema> path) {
        List<Schema> branches = Keywords.schemas(schema, keyword);
        if (branches.isEmpty()) {
            return alternatives;
        }
        List<Set<Schema>> all = new ArrayList<>();
        List<List<Set<Schema>>> each = new ArrayList<>();
        for (Schema branch : branches) {
            each.add(of(branch, path));
            all.addAll(each.getLast());
        }
        if (keyword.equals("oneOf")) {
            requireDisjoint(schema, alternatives, each);
        }
        return cross(schema, alternatives, all);
    }

    /** A value may match one branch only; that must be plain from the branches, as an output can't be tried out. */
    private void requireDisjoint(Schema schema, List<Set<Schema>> around, List<List<Set<Schema>>> branches) {
        List<List<Set<Schema>>> whole =
                branches.stream().map(branch -> cross(schema, around, branch)).toList();
        for (int i = 0; i < whole.size(); i++) {
            for (int j = 0; j < i; j++) {
                for (Set<Schema> a : whole.get(i)) {
                    for (Set<Schema> b : whole.get(j)) {
                        if (!disjointness.sure(a, b)) {
                            throw schema.error(
                                    "oneOf",
                                    "branches " + j + " and " + i + " may allow the same value; use anyOf, or a"
                                            + " property with a different const in each");
                        }
                    }
                }
            }
        }
    }

    private List<Set<Schema>> cross(Schema schema, List<Set<Schema>> some, List<Set<Schema>> others) {
        if ((long) some.size() * others.size() > GrammarLimits.ALTERNATIVES_MAX) {
            throw new ConstraintException(
                    schema.pointer(),
                    "anyOf and oneOf make more than " + GrammarLimits.ALTERNATIVES_MAX + " alternatives here");
        }
        List<Set<Schema>> product = new ArrayList<>();
        for (Set<Schema> a : some) {
            for (Set<Schema> b : others) {
                work.spend((long) Work.OBJECT * (1 + a.size() + b.size()));
                Set<Schema> both = new LinkedHashSet<>(a);
                both.addAll(b);
                product.add(both);
            }
        }
        return product;
    }
}
