package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.SchemaDocument.Schema;
import dev.stoa.engine.json.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the grammar of a JSON Schema's values. Its unit is a <em>goal</em>: a set of schemas that one value must match
 * all of. Equal goals are one rule, so schemas may refer to themselves. Used once.
 */
final class SchemaCompiler {
    private final SchemaDocument document;
    private final SchemaChecker checker;
    private final Alternatives alternatives;
    private final ObjectCompiler objects;
    private final Map<Set<Schema>, Node.Rule> rules = new HashMap<>();
    /** Strings that were met before: one pattern with one length often bounds most of a schema's texts. */
    private final Map<Text, Optional<Node>> strings = new HashMap<>();

    private final Deque<Runnable> todo = new ArrayDeque<>();
    private final Work work;

    private SchemaCompiler(String source, Work work) {
        this.document = new SchemaDocument(source);
        this.checker = new SchemaChecker(document, work);
        this.alternatives = new Disjointness(document, checker, work).alternatives();
        this.objects = new ObjectCompiler(this, checker, work);
        this.work = work;
    }

    /**
     * @throws ConstraintException with the pointer of a keyword that can't be honoured
     * @throws Dfa.TooLarge if it takes too much work and no keyword is to blame
     */
    static Node compile(String source, Work work) {
        SchemaCompiler compiler = new SchemaCompiler(source, work);
        Node root = compiler.goal(List.of(compiler.document.root()));
        while (!compiler.todo.isEmpty()) {
            compiler.todo.remove().run();
            if (compiler.rules.size() > GrammarLimits.NODES_MAX) {
                throw new ConstraintException("", "the schema makes more than " + GrammarLimits.NODES_MAX + " rules");
            }
        }
        Depths.find(root, work);
        if (root.depth() > GrammarLimits.OUTPUT_DEPTH_MAX) {
            throw new ConstraintException(
                    "",
                    root.depth() >= Node.NEVER ? "no value can match the schema" : "every value is nested too deeply");
        }
        return root;
    }

    /** The values that match all of these. Their rule is filled later, so goals may be in a circle. */
    Node goal(Collection<Schema> schemas) {
        work.spend((long) Work.OBJECT * (1 + schemas.size()));
        Set<Schema> goal = new LinkedHashSet<>(schemas);
        Node.Rule known = rules.get(goal);
        if (known == null) {
            Node.Rule rule = new Node.Rule();
            rules.put(goal, rule);
            todo.add(() -> rule.body(bounded(goal.iterator().next().pointer(), () -> build(goal))));
            return rule;
        }
        return known;
    }

    private Node build(Set<Schema> goal) {
        List<Node> options = new ArrayList<>();
        for (Set<Schema> alternative : alternatives.of(goal)) {
            options.addAll(values(new Merged(alternative, checker, work)));
        }
        return options.size() == 1 ? options.getFirst() : new Node.Choice(options);
    }

    private List<Node> values(Merged merged) {
        if (merged.hasValues()) {
            Set<String> texts = new LinkedHashSet<>();
            merged.values().forEach(value -> texts.add(Json.write(value)));
            Schema by = schemaWith(merged, Set.of("enum", "const"));
            String pointer = by.at(by.has("const") ? "const" : "enum");
            return texts.isEmpty() ? List.of() : List.of(bounded(pointer, () -> JsonWords.literals(texts, work)));
        }
        if (merged.types().containsAll(Set.of(JsonType.values())) && isFree(merged)) {
            return List.of(JsonWords.any());
        }
        List<Node> options = new ArrayList<>();
        for (JsonType type : merged.types()) {
            switch (type) {
                case NULL -> options.add(JsonWords.NULL);
                case BOOLEAN -> options.add(JsonWords.BOOLEAN);
                case INTEGER -> {
                    if (!merged.types().contains(JsonType.FRACTION)) {
                        addNumbers(merged, true, options);
                    }
                }
                case FRACTION -> addNumbers(merged, false, options);
                case STRING ->
                    strings.computeIfAbsent(Text.of(merged), _ -> string(merged))
                            .ifPresent(options::add);
                case ARRAY -> array(merged).ifPresent(options::add);
                case OBJECT -> objects.object(merged).ifPresent(options::add);
            }
        }
        return options;
    }

    private static boolean isFree(Merged merged) {
        return merged.schemas().stream()
                .flatMap(schema -> schema.keywords().keySet().stream())
                .noneMatch(keyword -> Keywords.FOR_STRINGS.contains(keyword)
                        || Keywords.FOR_NUMBERS.contains(keyword)
                        || Keywords.FOR_ARRAYS.contains(keyword)
                        || Keywords.FOR_OBJECTS.contains(keyword));
    }

    private void addNumbers(Merged merged, boolean integer, List<Node> options) {
        Schema by = schemaWith(merged, Keywords.FOR_NUMBERS);
        List<Terminal> words = bounded(by.pointer(), () -> merged.numbers().words(integer, work));
        words.forEach(word -> options.add(new Node.Word(word)));
    }

    /** The first schema with one of the keywords, to be named in errors. */
    private static Schema schemaWith(Merged merged, Set<String> keywords) {
        return merged.schemas().stream()
                .filter(schema -> schema.keywords().keySet().stream().anyMatch(keywords::contains))
                .findFirst()
                .orElse(merged.schemas().iterator().next());
    }

    /** All that bounds a string. */
    private record Text(List<String> patterns, List<String> formats, int minLength, int maxLength) {
        static Text of(Merged merged) {
            List<String> patterns = new ArrayList<>();
            List<String> formats = new ArrayList<>();
            for (Schema schema : merged.schemas()) {
                Optional.ofNullable(Keywords.string(schema, "pattern")).ifPresent(patterns::add);
                Optional.ofNullable(Keywords.string(schema, "format")).ifPresent(formats::add);
            }
            return new Text(patterns, formats, merged.minLength(), merged.maxLength());
        }
    }

    private Optional<Node> string(Merged merged) {
        if (merged.minLength() > merged.maxLength()) {
            return Optional.empty();
        }
        Optional<Dfa> form = Optional.empty();
        for (Schema schema : merged.schemas()) {
            String pattern = Keywords.string(schema, "pattern");
            if (pattern != null) {
                String pointer = schema.at("pattern");
                Optional<Dfa> dfa = bounded(
                        pointer,
                        () -> PatternCompiler.compile(
                                RegexParser.search(pattern, pointer, work), PatternCompiler.Form.JSON, work));
                if (dfa.isEmpty()) {
                    return Optional.empty();
                }
                form = both(pointer, form, dfa.get());
                if (form.isEmpty()) {
                    return Optional.empty();
                }
            }
            String format = Keywords.string(schema, "format");
            Optional<Dfa> named = format == null ? Optional.empty() : Formats.dfa(format);
            if (named.isPresent()) {
                form = both(schema.at("format"), form, named.get());
                if (form.isEmpty()) {
                    return Optional.empty();
                }
            }
        }
        if (form.isEmpty()) {
            boolean any = merged.minLength() == 0 && merged.maxLength() == Pattern.UNBOUNDED;
            return Optional.of(
                    any ? JsonWords.STRING : new Node.Word(new StringTerminal(merged.minLength(), merged.maxLength())));
        }
        return withLength(merged, form.get()).map(body -> new Node.Word(quoted(body, work)));
    }

    private Optional<Dfa> both(String pointer, Optional<Dfa> form, Dfa more) {
        return form.isEmpty()
                ? Optional.of(more)
                : bounded(pointer, () -> form.get().and(more, work));
    }

    private Optional<Dfa> withLength(Merged merged, Dfa form) {
        int min = merged.minLength();
        int max = merged.maxLength();
        if (min == 0 && max == Pattern.UNBOUNDED) {
            return Optional.of(form);
        }
        Schema by = schemaWith(merged, Set.of("minLength", "maxLength"));
        String keyword = by.has("maxLength") ? "maxLength" : "minLength";
        if (min > GrammarLimits.REPEAT_MAX || max != Pattern.UNBOUNDED && max > GrammarLimits.REPEAT_MAX) {
            throw by.error(keyword, "with a pattern or format, lengths go to " + GrammarLimits.REPEAT_MAX);
        }
        return bounded(by.at(keyword), () -> counted(form, min, max));
    }

    /** Where a string with a length stands: in its form, within a character (0 before each), characters so far. */
    private record Counted(int form, int unit, int count) {}

    private Optional<Dfa> counted(Dfa form, int min, int max) {
        Dfa character = JsonWords.PLAIN_CHARACTER;
        BitSet cuts = form.cuts();
        cuts.or(character.cuts());
        return Dfa.explore(
                new Counted(0, 0, 0),
                cuts,
                (at, b) -> {
                    int next = form.step(at.form(), b);
                    int unit = character.step(at.unit(), b);
                    if (next < 0 || unit < 0 || at.count() >= max) {
                        return Optional.empty();
                    }
                    boolean whole = character.accepts(unit);
                    int most = max == Pattern.UNBOUNDED ? min : max;
                    return Optional.of(
                            whole
                                    ? new Counted(next, 0, Math.min(at.count() + 1, most))
                                    : new Counted(next, unit, at.count()));
                },
                at -> at.unit() == 0 && at.count() >= min && form.accepts(at.form()),
                work);
    }

    /** The strings in quotes. */
    static Dfa quoted(Dfa body, Work work) {
        int before = -1;
        int after = -2;
        return Dfa.explore(
                        before,
                        body.cuts('"'),
                        (state, b) -> {
                            if (state == before) {
                                return b == '"' ? Optional.of(0) : Optional.empty();
                            }
                            if (state == after) {
                                return Optional.empty();
                            }
                            if (b == '"' && body.accepts(state)) {
                                return Optional.of(after);
                            }
                            int next = body.step(state, b);
                            return next < 0 ? Optional.empty() : Optional.of(next);
                        },
                        state -> state == after,
                        work)
                .orElseThrow();
    }

    private Optional<Node> array(Merged merged) {
        List<Elements> elements = new ArrayList<>();
        boolean closed = false;
        for (Schema schema : merged.schemas()) {
            if (Keywords.flag(schema, "uniqueItems") && merged.maxItems() > 1) {
                throw schema.error("uniqueItems", "'uniqueItems' is supported with 'maxItems' of 1 only");
            }
            elements.add(new Elements(Keywords.prefix(schema), Keywords.rest(schema)));
            closed |= Boolean.FALSE.equals(schema.get("unevaluatedItems"));
        }
        int prefix =
                elements.stream().mapToInt(each -> each.prefix().size()).max().orElse(0);
        List<Schema> rest = at(elements, prefix);
        int min = merged.minItems();
        // Behind a prefix nothing comes that wasn't asked for.
        boolean onlyPrefix =
                rest.stream().anyMatch(Schema::never) || prefix > 0 && rest.isEmpty() && (closed || min <= prefix);
        int max = onlyPrefix ? Math.min(prefix, merged.maxItems()) : merged.maxItems();
        if (min > max) {
            return Optional.empty();
        }
        List<Node> options = new ArrayList<>();
        if (min == 0) {
            options.add(JsonWords.EMPTY_ARRAY);
        }
        if (max > 0) {
            Node others = rest.isEmpty() ? JsonWords.any() : goal(rest);
            options.add(new Node.Sequence(
                    JsonWords.BEGIN_ARRAY, list(elements, prefix, others, min, max), JsonWords.END_ARRAY));
        }
        return Optional.of(new Node.Choice(options));
    }

    /** One or more elements: those of the prefix each with its own form, then others. Built from the last one. */
    private Node list(List<Elements> elements, int prefix, Node others, int min, int max) {
        int own = Math.min(prefix, max);
        Node behind = new Node.Sequence();
        if (max > own) {
            Node more = new Node.Sequence(JsonWords.COMMA, others);
            int least = Math.max(0, min - Math.max(own, 1));
            int most = max == Pattern.UNBOUNDED ? max : max - Math.max(own, 1);
            behind = most == 0 ? behind : new Node.Repeat(more, least, most);
            if (own == 0) {
                return new Node.Sequence(others, behind);
            }
        }
        for (int i = own - 1; i >= 0; i--) {
            Node element = goal(at(elements, i));
            Node sequence = new Node.Sequence(element, behind);
            if (i == 0) {
                return sequence;
            }
            Node more = new Node.Sequence(JsonWords.COMMA, sequence);
            behind = i >= min ? new Node.Choice(List.of(new Node.Sequence(), more)) : more;
        }
        return behind;
    }

    /** What one schema says of an array's elements. */
    private record Elements(List<Schema> prefix, @Nullable Schema rest) {}

    private static List<Schema> at(List<Elements> elements, int index) {
        List<Schema> found = new ArrayList<>();
        for (Elements each : elements) {
            if (index < each.prefix().size()) {
                found.add(each.prefix().get(index));
            } else if (each.rest() != null) {
                found.add(each.rest());
            }
        }
        return found;
    }

    /** Runs a step that may turn out too large; the pointer is of the keyword that is to blame. */
    static <T> T bounded(String pointer, Supplier<T> step) {
        try {
            return step.get();
        } catch (Dfa.TooLarge e) {
            ConstraintException refusal = new ConstraintException(pointer, "this takes too much work to compile");
            refusal.initCause(e);
            throw refusal;
        }
    }
}
