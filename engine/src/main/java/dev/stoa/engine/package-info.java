/**
 * LLM inference as a library: load a GGUF file, submit prompts, read tokens.
 *
 * <p>{@link dev.stoa.engine.Engine} is the only way in. One engine thread owns the model's KV cache and the running
 * requests; request threads tokenize, submit and read their {@link dev.stoa.engine.Generation}.
 */
@NullMarked
package dev.stoa.engine;

import org.jspecify.annotations.NullMarked;
