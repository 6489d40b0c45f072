/**
 * Forms that an output is held to: JSON Schemas, regular expressions, and compositions of them
 * ({@link dev.stoa.engine.Constraint}).
 *
 * <h2>How it works</h2>
 *
 * <p>A form is compiled to a context-free grammar ({@link dev.stoa.engine.grammar.Node}) whose words are deterministic
 * automata over bytes ({@link dev.stoa.engine.grammar.Dfa}; strings count their characters instead,
 * {@link dev.stoa.engine.grammar.StringTerminal}). An {@link dev.stoa.engine.grammar.Automaton} runs it as a pushdown
 * automaton made deterministic as it goes: a place in an output is a set of (word, state, stack). The tokens that may
 * follow a place come from a walk over a tree of the vocabulary's bytes ({@link dev.stoa.engine.grammar.TokenTrie}), in two
 * parts: what a state of a word allows, whatever comes behind it, is found once for all forms that share the word; only
 * tokens that go on behind the word's end are walked for each stack. Both are remembered. Tokens may begin or end in the
 * middle of a character.
 *
 * <p>Every place can be completed: words have no dead states, and a part is only begun if it can be completed within
 * {@link dev.stoa.engine.grammar.GrammarLimits#OUTPUT_DEPTH_MAX}. Tokens that end the answer are allowed exactly where
 * the form is complete.
 *
 * <h2>What it may cost</h2>
 *
 * <p>Forms come from clients. Everything that one's size or shape can draw out has a limit, or spends of the
 * {@link dev.stoa.engine.grammar.Work} that one compilation may take, and a form beyond that is refused with the JSON
 * pointer of the keyword: {@link dev.stoa.engine.grammar.GrammarLimits}.
 *
 * <h2>JSON Schema</h2>
 *
 * <p>Draft 2020-12. A schema is compiled to a subset of its values: every output is valid, not every valid value can be
 * written. A schema that can't be compiled is refused with the JSON pointer of the keyword.
 *
 * <ul>
 *   <li>Honoured: {@code type}, {@code enum}, {@code const}, {@code properties}, {@code required},
 *       {@code additionalProperties}, {@code patternProperties} (patterns that can't match the same name),
 *       {@code minProperties}, {@code maxProperties}, {@code items}, {@code prefixItems}, {@code minItems},
 *       {@code maxItems}, {@code minLength}, {@code maxLength}, {@code pattern}, {@code format}, {@code minimum},
 *       {@code maximum}, {@code exclusiveMinimum}, {@code exclusiveMaximum}, {@code multipleOf}, {@code allOf},
 *       {@code anyOf}, {@code oneOf} (branches that are plainly apart), {@code $ref} inside the schema, {@code $defs},
 *       {@code $anchor}, {@code unevaluatedProperties} and {@code unevaluatedItems} as truth values.
 *   <li>Refused: {@code not}, {@code if}, {@code contains}, {@code dependent…}, {@code propertyNames}, {@code uniqueItems}
 *       on more than one element, {@code $dynamicRef}, references to elsewhere.
 *   <li>Formats: {@code date}, {@code time}, {@code date-time}, {@code duration}, {@code uuid}, {@code email},
 *       {@code hostname}, {@code ipv4}, {@code ipv6}, {@code uri}; others bound nothing. Unknown keywords bound nothing.
 *   <li>Properties are written in the order in which the schema names them. Properties that it doesn't name are written
 *       only if {@code additionalProperties} is there, or if it names none.
 *   <li>Where no {@code type} is given, the keywords tell it: {@code properties} means an object.
 *   <li>White space: at most one space, or one line break with an indent, behind brackets, commas and colons and before
 *       closing brackets.
 *   <li>Numbers have up to 15 digits before and behind the point, and an exponent only if nothing bounds them.
 * </ul>
 *
 * <h2>Regular expressions</h2>
 *
 * <p>Those of ECMA-262 that are regular, with the {@code u} flag: no look-around, back references or {@code \b}; anchors at
 * the ends only, and not in what is repeated. {@code pattern} is searched for, as JSON Schema says; a {@link dev.stoa.engine.Constraint.Regex} matches
 * the whole output.
 */
@NullMarked
package dev.stoa.engine.grammar;

import org.jspecify.annotations.NullMarked;
