/**
 * Chat templates: the Jinja programs in model files that write a conversation the way the model was trained on.
 *
 * <h2>The dialect</h2>
 *
 * <p>Jinja as Hugging Face's {@code apply_chat_template} sets it up: {@code trim_blocks}, {@code lstrip_blocks}, a last
 * line break of the source dropped, no HTML escaping, undefined names are empty, {@code break} and {@code continue},
 * {@code raise_exception}, {@code strftime_now}, {@code {% generation %}}, and {@code tojson} as Python's
 * {@code json.dumps} with {@code ensure_ascii=False}.
 *
 * <ul>
 *   <li>Statements: {@code for … if … else}, {@code if}, {@code set} (names, tuples, {@code ns.x}, blocks), {@code macro},
 *       {@code break}, {@code continue}, {@code raw}, comments, white space control with {@code -} and {@code +}.
 *   <li>Expressions: literals, lists, dictionaries, tuples, attributes, subscripts, slices, calls, {@code + - * / // % **
 *       ~}, comparisons, {@code in}, {@code is}, {@code and or not}, {@code a if b else c}, filters.
 *   <li>Filters, tests and methods: see {@link dev.stoa.engine.template.Filters}, {@link
 *       dev.stoa.engine.template.Tests}, {@link dev.stoa.engine.template.Methods}. One that isn't there is an error that
 *       names it, and so are {@code include}, {@code import}, {@code extends}, {@code call} and {@code filter} blocks.
 * </ul>
 *
 * <h2>Whose text is it</h2>
 *
 * <p>A string knows of each of its characters whether it came from the template or from a message, through
 * concatenation, slices, {@code trim}, {@code split}, {@code replace} and all else. When the result is tokenized, a
 * special token is taken only where every one of its characters is the template's. So a user may type {@code <|im_end|>}
 * and the model reads just these characters. The whole text is tokenized at once, so that pieces meet as they do in
 * training.
 *
 * <p>Message text is data: it is never parsed as a template.
 *
 * <h2>Bounds</h2>
 *
 * <p>Templates come with downloaded files, so they are not trusted to end: see {@link
 * dev.stoa.engine.template.TemplateLimits}. They reach nothing but the values they are given; there is no reflection.
 */
@NullMarked
package dev.stoa.engine.template;

import org.jspecify.annotations.NullMarked;
