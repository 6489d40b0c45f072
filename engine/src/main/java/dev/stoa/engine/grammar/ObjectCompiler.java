package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the grammar of an object: named properties in the order in which the schemas name them, each there or not as the
 * schemas say, then others whose names follow a pattern or are new.
 */
final class ObjectCompiler {
    private final SchemaCompiler compiler;
    private final SchemaChecker checker;
    private final Work work;
    /** Names that were met before: the objects of a schema share many. */
    private final Map<String, Node> known = new HashMap<>();

    ObjectCompiler(SchemaCompiler compiler, SchemaChecker checker, Work work) {
        this.compiler = compiler;
        this.checker = checker;
        this.work = work;
    }

    /** A property that may be written. */
    private record Property(Node name, Node value, boolean required) {}

    /** What is known of one object while it is built. */
    private record Shape(List<Property> properties, List<Node> others, int min, int max) {}

    Optional<Node> object(Merged merged) {
        Set<String> names = new LinkedHashSet<>();
        merged.schemas()
                .forEach(schema ->
                        names.addAll(Keywords.named(schema, "properties").keySet()));
        names.addAll(merged.required());
        List<Property> properties = new ArrayList<>();
        for (String name : names) {
            work.spend((long) Work.OBJECT * merged.schemas().size());
            List<Schema> goal = new ArrayList<>();
            merged.schemas().forEach(schema -> goal.addAll(checker.of(schema, name)));
            boolean required = merged.required().contains(name);
            if (goal.stream().noneMatch(Schema::never)) {
                Node value = goal.isEmpty() ? JsonWords.any() : compiler.goal(goal);
                properties.add(new Property(name(merged, name), value, required));
            } else if (required) {
                return Optional.empty();
            }
        }
        int min = 0;
        int max = Pattern.UNBOUNDED;
        for (Schema schema : merged.schemas()) {
            min = Math.max(min, Keywords.count(schema, "minProperties", 0));
            max = Math.min(max, Keywords.count(schema, "maxProperties", Pattern.UNBOUNDED));
        }
        List<Node> others = others(merged, names, min);
        return Optional.of(written(merged, new Shape(properties, others, min, max)));
    }

    private Node name(Merged merged, String name) {
        return known.computeIfAbsent(
                name, _ -> SchemaCompiler.bounded(at(merged, "properties"), () -> JsonWords.name(name, work)));
    }

    private Node written(Merged merged, Shape shape) {
        int least = (int) shape.properties().stream().filter(Property::required).count();
        int needed = Math.max(shape.min(), least);
        int named = shape.properties().size();
        int most = shape.others().isEmpty() ? named : named + 1;
        if (shape.min() > most) {
            // Two new names could be the same one, and count once.
            throw by(merged, "minProperties")
                    .error(
                            "minProperties",
                            "'minProperties' is above the number of properties that have names, plus one");
        }
        // Nothing to count where every way to write the object is within the bounds.
        boolean counted = shape.min() > least || shape.max() < (shape.others().isEmpty() ? named : Pattern.UNBOUNDED);
        int bound = counted ? Math.min(shape.max(), named + GrammarLimits.OUTPUT_DEPTH_MAX) : 0;
        if (counted && (long) (named + 1) * (bound + 1) > GrammarLimits.PROPERTY_COUNTS_MAX) {
            throw by(merged, shape.min() > least ? "minProperties" : "maxProperties")
                    .error(
                            shape.min() > least ? "minProperties" : "maxProperties",
                            "the object has too many properties to count them");
        }
        Members members = new Members(shape, counted, bound, work);
        Node some = new Node.Sequence(JsonWords.BEGIN_OBJECT, members.from(0, 0), JsonWords.END_OBJECT);
        return needed == 0 ? new Node.Choice(List.of(JsonWords.EMPTY_OBJECT, some)) : some;
    }

    private static Schema by(Merged merged, String keyword) {
        return merged.schemas().stream()
                .filter(schema -> schema.has(keyword))
                .findFirst()
                .orElse(merged.schemas().iterator().next());
    }

    private static String at(Merged merged, String keyword) {
        Schema by = by(merged, keyword);
        return by.has(keyword) ? by.at(keyword) : by.pointer();
    }

    /** The rest of an object, by how many properties were looked at and how many written; each is built once. */
    private static final class Members {
        private static final Node NOTHING = new Node.Sequence();

        private final Shape shape;
        private final boolean counted;
        private final int bound;
        private final Work work;
        private final Map<Long, Node> known = new HashMap<>();

        /** @param bound the most that are written, where they are counted */
        Members(Shape shape, boolean counted, int bound, Work work) {
            this.shape = shape;
            this.counted = counted;
            this.bound = bound;
            this.work = work;
        }

        /**
         * From the last to the first, so that long lists of properties need no deep stack.
         *
         * @param written 0 for none, otherwise how many, or 1 for any number that isn't counted
         */
        Node from(int index, int written) {
            for (int i = shape.properties().size(); i >= index; i--) {
                int most = counted ? Math.min(i, bound) : Math.min(i, 1);
                work.spend(4L * Work.OBJECT * (most + 1));
                for (int w = 0; w <= most; w++) {
                    known.put(key(i, w), make(i, w));
                }
            }
            return get(index, written);
        }

        private Node get(int index, int written) {
            return Objects.requireNonNull(known.get(key(index, written)));
        }

        private static long key(int index, int written) {
            return (long) index << 32 | written;
        }

        private Node make(int index, int written) {
            if (index == shape.properties().size()) {
                return end(written);
            }
            Property property = shape.properties().get(index);
            List<Node> options = new ArrayList<>();
            if (!counted || written < bound) {
                Node rest = get(index + 1, counted ? written + 1 : 1);
                options.add(
                        written > 0
                                ? new Node.Sequence(
                                        JsonWords.COMMA, property.name(), JsonWords.COLON, property.value(), rest)
                                : new Node.Sequence(property.name(), JsonWords.COLON, property.value(), rest));
            }
            if (!property.required()) {
                options.add(get(index + 1, written));
            }
            return options.size() == 1 ? options.getFirst() : new Node.Choice(options);
        }

        /** Behind the named properties. The object isn't empty here: that is written in another way. */
        private Node end(int written) {
            int lacking = counted ? Math.max(0, shape.min() - written) : 0;
            int room = !counted || shape.max() == Pattern.UNBOUNDED ? Pattern.UNBOUNDED : shape.max() - written;
            List<Node> options = new ArrayList<>();
            if (written > 0 && lacking == 0) {
                options.add(NOTHING);
            }
            if (!shape.others().isEmpty() && room > 0 && lacking <= 1) {
                Node other = new Node.Choice(shape.others());
                Node more = new Node.Sequence(JsonWords.COMMA, other);
                int others = room == Pattern.UNBOUNDED ? room : room - 1;
                Node first = written > 0 ? more : other;
                options.add(others == 0 ? first : new Node.Sequence(first, new Node.Repeat(more, 0, others)));
            }
            return new Node.Choice(options);
        }
    }

    /** Ways to write a property without a name of its own. */
    private List<Node> others(Merged merged, Set<String> names, int min) {
        Map<String, List<Schema>> byPattern = new LinkedHashMap<>();
        List<Schema> additional = new ArrayList<>();
        boolean asked = false;
        boolean closed = false;
        Schema patterned = null;
        for (Schema schema : merged.schemas()) {
            Map<String, Schema> own = Keywords.named(schema, "patternProperties");
            if (!own.isEmpty() && patterned != null) {
                throw schema.error("patternProperties", "'patternProperties' of two schemas meet in one object");
            }
            patterned = own.isEmpty() ? patterned : schema;
            own.forEach((pattern, each) -> byPattern.put(pattern, List.of(each)));
            if (schema.has("additionalProperties")) {
                additional.add(SchemaDocument.child(schema, "additionalProperties"));
                asked = true;
            }
            closed |= Boolean.FALSE.equals(schema.get("unevaluatedProperties"));
        }
        // Names that no schema speaks of are written only where something asks for them.
        boolean free = names.isEmpty() && byPattern.isEmpty();
        boolean open = asked || !closed && (free || min > names.size());
        open &= additional.stream().noneMatch(Schema::never);
        List<Node> others = new ArrayList<>();
        if (!open && byPattern.isEmpty()) {
            return others;
        }
        Optional<Dfa> left = without(merged, JsonWords.PLAIN_STRING, names);
        for (Map.Entry<String, List<Schema>> entry : byPattern.entrySet()) {
            Schema by = Objects.requireNonNull(patterned);
            List<Schema> goal = new ArrayList<>(entry.getValue());
            for (Schema schema : merged.schemas()) {
                if (schema != by && schema.has("additionalProperties")) {
                    goal.add(SchemaDocument.child(schema, "additionalProperties"));
                }
            }
            Optional<Dfa> matching = pattern(by, entry.getKey());
            Optional<Dfa> mine = matching.flatMap(dfa -> without(merged, dfa, names));
            requireApart(by, entry.getKey(), mine, left);
            if (mine.isPresent() && goal.stream().noneMatch(Schema::never)) {
                others.add(property(mine.get(), compiler.goal(goal), by.at("patternProperties")));
            }
            if (left.isPresent() && matching.isPresent()) {
                Dfa before = left.get();
                left = SchemaCompiler.bounded(by.at("patternProperties"), () -> before.minus(matching.get(), work));
            }
        }
        if (open && left.isPresent()) {
            Node value = additional.isEmpty() ? JsonWords.any() : compiler.goal(additional);
            others.add(property(left.get(), value, at(merged, "properties")));
        }
        return others;
    }

    private Optional<Dfa> pattern(Schema by, String pattern) {
        String pointer = by.at("patternProperties") + "/" + SchemaDocument.escape(pattern);
        return SchemaCompiler.bounded(
                pointer,
                () -> PatternCompiler.compile(
                        RegexParser.search(pattern, pointer, work), PatternCompiler.Form.JSON, work));
    }

    /** A name that matches two patterns would have to suit both; what is left of names so far shows whether one can. */
    private void requireApart(Schema by, String pattern, Optional<Dfa> mine, Optional<Dfa> left) {
        String pointer = by.at("patternProperties") + "/" + SchemaDocument.escape(pattern);
        Optional<Dfa> taken = mine.flatMap(dfa ->
                SchemaCompiler.bounded(pointer, () -> left.isEmpty() ? mine : dfa.minus(left.get(), work)));
        if (taken.isPresent()) {
            throw new ConstraintException(pointer, "two patterns may match the same name");
        }
    }

    private Node property(Dfa name, Node value, String pointer) {
        Dfa quoted = SchemaCompiler.bounded(pointer, () -> SchemaCompiler.quoted(name, work));
        return new Node.Sequence(new Node.Word(quoted), JsonWords.COLON, value);
    }

    private Optional<Dfa> without(Merged merged, Dfa dfa, Set<String> names) {
        if (names.isEmpty()) {
            return Optional.of(dfa);
        }
        List<Pattern> literals = names.stream().map(Pattern::literal).toList();
        Pattern all = new Pattern.Choice(literals);
        return SchemaCompiler.bounded(
                at(merged, "properties"),
                () -> dfa.minus(PatternCompiler.dfa(all, PatternCompiler.Form.JSON, work), work));
    }
}
