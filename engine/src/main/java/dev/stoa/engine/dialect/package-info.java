/**
 * Tool calls and thinking, each family of models its own way.
 *
 * <p>A model's template tells its family ({@link dev.stoa.engine.dialect.Dialect}): how tools and results are shown is
 * the template's work, how calls are written is known here. For a template without tools they are told in the system
 * turn ({@link dev.stoa.engine.dialect.ToldTools}), and results come back in the user's turns.
 *
 * <table>
 *   <caption>How calls are written</caption>
 *   <tr><th>Family</th><th>Form</th></tr>
 *   <tr><td>Hermes, Qwen 2.5, Qwen 3; told</td><td>{@code <tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>}</td></tr>
 *   <tr><td>Mistral</td><td>{@code [TOOL_CALLS][{"name": …, "arguments": {…}}, …]} or {@code [TOOL_CALLS]name[ARGS]{…}}</td></tr>
 *   <tr><td>Llama 3</td><td>{@code {"name": …, "parameters": {…}}}, perhaps behind {@code <|python_tag|>}</td></tr>
 * </table>
 *
 * <p>Thinking stands in {@code <think>…</think>} at the beginning of an answer; a template may have opened it already.
 *
 * <p>A forced call is opened in the prompt and held to the tools' schemas by a {@link dev.stoa.engine.Constraint}; a model
 * asked for a forced call doesn't think first.
 */
@NullMarked
package dev.stoa.engine.dialect;

import org.jspecify.annotations.NullMarked;
