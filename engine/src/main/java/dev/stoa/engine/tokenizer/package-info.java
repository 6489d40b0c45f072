/**
 * Text to token ids and back, as a model file's vocabulary says. The results are those of llama.cpp, which the golden
 * tests hold it to, but for one rule named below.
 *
 * <h2>Parts of a text</h2>
 *
 * <p>A text is first cut at <em>special tokens</em>, leftmost first and the longest of those that begin at one place.
 * Tokens of kind user-defined are found in every text, control tokens only where the caller allows it. What lies between
 * is ordinary text and is tokenized piece by piece. Lone surrogates count as U+FFFD.
 *
 * <h2>Byte-level BPE ({@code tokenizer.ggml.model} = {@code gpt2})</h2>
 *
 * <p>A pre-tokenizer ({@code tokenizer.ggml.pre}, see {@link dev.stoa.engine.tokenizer.PreTokenizer}) cuts text into
 * words. The bytes of a word's UTF-8 form are written with 256 printable characters, and the pair with the lowest rank in
 * {@code tokenizer.ggml.merges}, leftmost first, is joined until no pair is in the list. Some families take a word that
 * is a token as it is, without merging.
 *
 * <h2>SentencePiece ({@code tokenizer.ggml.model} = {@code llama})</h2>
 *
 * <p>Spaces become U+2581, and a space is put before a text or after a special token if {@code add_space_prefix} says
 * so. Starting from characters, the neighbours whose joined text is the token with the highest score, leftmost first, are
 * joined. A character without a token is written as byte tokens {@code <0xNN>}.
 *
 * <h2>The rule that differs</h2>
 *
 * <p>Merging never ends in a control or byte token. Otherwise a user who types {@code </s>} could, with an unlucky
 * vocabulary, end a turn.
 *
 * <h2>Cost</h2>
 *
 * <p>O(n log n) for any text, one long word too; no regular expressions, no recursion over text.
 */
@NullMarked
package dev.stoa.engine.tokenizer;

import org.jspecify.annotations.NullMarked;
