package dev.stoa.engine.grammar;

import dev.stoa.engine.json.Json;
import java.util.Collection;
import java.util.List;

/** The words that every JSON form is made of, shared by all, so that a vocabulary is walked for each only once. */
final class JsonWords {
    /** At most one space, or a line break and an indent: a model can't lose itself in white space. */
    private static final Pattern SPACE = Pattern.optional(Pattern.choice(
            Pattern.literal(" "),
            Pattern.sequence(
                    Pattern.literal("\n"), new Pattern.Repeat(Pattern.literal(" "), 0, GrammarLimits.INDENT_MAX))));

    static final Node BEGIN_OBJECT = word(Pattern.literal("{"), SPACE);
    static final Node END_OBJECT = word(SPACE, Pattern.literal("}"));
    static final Node EMPTY_OBJECT = word(Pattern.literal("{"), SPACE, Pattern.literal("}"));
    static final Node BEGIN_ARRAY = word(Pattern.literal("["), SPACE);
    static final Node END_ARRAY = word(SPACE, Pattern.literal("]"));
    static final Node EMPTY_ARRAY = word(Pattern.literal("["), SPACE, Pattern.literal("]"));
    static final Node COMMA = word(Pattern.literal(","), SPACE);
    static final Node COLON = word(Pattern.literal(":"), SPACE);
    static final Node NULL = word(Pattern.literal("null"));
    static final Node BOOLEAN = word(Pattern.choice(Pattern.literal("true"), Pattern.literal("false")));
    static final Node STRING = new Node.Word(StringTerminal.ANY);
    static final Node NUMBER = new Node.Word(NumberRange.ANY_NUMBER);

    /** Strings without needless escapes, as names of properties are written. */
    static final Dfa PLAIN_STRING =
            PatternCompiler.dfa(Pattern.any(new Pattern.OneOf(CodePoints.ALL)), PatternCompiler.Form.JSON);

    /** One character of those. */
    static final Dfa PLAIN_CHARACTER =
            PatternCompiler.dfa(new Pattern.OneOf(CodePoints.ALL), PatternCompiler.Form.JSON);

    private static final Node ANY = buildAny();

    private JsonWords() {}

    private static Node word(Pattern... parts) {
        return word(new Work(), parts);
    }

    private static Node word(Work work, Pattern... parts) {
        return new Node.Word(PatternCompiler.dfa(Pattern.sequence(parts), PatternCompiler.Form.TEXT, work));
    }

    /** Exactly one of these texts. */
    static Node literals(Collection<String> texts, Work work) {
        List<Pattern> options = texts.stream().map(Pattern::literal).toList();
        return word(work, new Pattern.Choice(options));
    }

    /** A property's name. */
    static Node name(String name, Work work) {
        StringBuilder quoted = new StringBuilder();
        Json.quote(name, quoted);
        return word(work, Pattern.literal(quoted.toString()));
    }

    /** Any JSON value. */
    static Node any() {
        return ANY;
    }

    private static Node buildAny() {
        Node.Rule value = new Node.Rule();
        Node member = new Node.Sequence(STRING, COLON, value);
        Node members = new Node.Sequence(
                BEGIN_OBJECT,
                member,
                new Node.Repeat(new Node.Sequence(COMMA, member), 0, Pattern.UNBOUNDED),
                END_OBJECT);
        Node elements = new Node.Sequence(
                BEGIN_ARRAY, value, new Node.Repeat(new Node.Sequence(COMMA, value), 0, Pattern.UNBOUNDED), END_ARRAY);
        value.body(
                new Node.Choice(List.of(NULL, BOOLEAN, NUMBER, STRING, EMPTY_OBJECT, members, EMPTY_ARRAY, elements)));
        Depths.find(value, new Work());
        return value;
    }
}
