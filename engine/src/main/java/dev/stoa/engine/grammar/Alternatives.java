package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Resolves {@code $ref}, {@code allOf}, {@code anyOf} and {@code oneOf}: a schema becomes alternatives, each a set of
 * schemas whose other keywords must all hold.
 */
final class Alternatives {
    private final SchemaDocument document;
    private final Disjointness disjointness;

    Alternatives(SchemaDocument document, Disjointness disjointness) {
        this.document = document;
        this.disjointness = disjointness;
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
        Keywords.check(schema);
        if (!path.add(schema)) {
            throw schema.error("$ref", "the schema refers to itself without end");
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
        for (int i = 0; i < branches.size(); i++) {
            for (int j = 0; j < i; j++) {
                for (Set<Schema> a : cross(schema, around, branches.get(i))) {
                    for (Set<Schema> b : cross(schema, around, branches.get(j))) {
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

    private static List<Set<Schema>> cross(Schema schema, List<Set<Schema>> some, List<Set<Schema>> others) {
        if ((long) some.size() * others.size() > GrammarLimits.ALTERNATIVES_MAX) {
            throw new ConstraintException(
                    schema.pointer(),
                    "anyOf and oneOf make more than " + GrammarLimits.ALTERNATIVES_MAX + " alternatives here");
        }
        List<Set<Schema>> product = new ArrayList<>();
        for (Set<Schema> a : some) {
            for (Set<Schema> b : others) {
                Set<Schema> both = new LinkedHashSet<>(a);
                both.addAll(b);
                product.add(both);
            }
        }
        return product;
    }
}
