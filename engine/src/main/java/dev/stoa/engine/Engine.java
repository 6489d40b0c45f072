package dev.stoa.engine;

import dev.stoa.engine.schedule.LocalEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A loaded model that serves many requests at once. Thread-safe. */
public interface Engine extends AutoCloseable {

    /**
     * Maps and prepares a GGUF file, and warms up. Takes a second for a small model, minutes for a large one.
     *
     * @throws ModelLoadException if the file is missing, damaged, or not supported
     */
    static Engine load(Path file, EngineOptions options) {
        return LocalEngine.open(file, options);
    }

    /** What was loaded. */
    ModelInfo info();

    /**
     * Token ids of plain text.
     *
     * @param special whether texts such as {@code <|im_end|>} become their special tokens; never for untrusted text
     */
    int[] encode(String text, boolean special);

    /**
     * Token ids of a text that begins a document: with the tokens in front and behind that the file asks for, and without
     * any special token of its own.
     *
     * @throws IllegalArgumentException if nothing is left to go on from
     */
    int[] encodeDocument(String text);

    /** The UTF-8 bytes that a token stands for, perhaps half a character; none for a control token. */
    byte[] tokenBytes(int token);

    /**
     * Renders a conversation through the file's chat template, opens the assistant's turn, and tokenizes it. Special
     * tokens come from the template only: text of a message never becomes one.
     *
     * @throws IllegalArgumentException if the template refuses the conversation (its own words), or there is none
     */
    int[] encodeChat(List<ChatMessage> messages);

    /**
     * As {@link #encodeChat}, with tools and thinking: also gives the bounds of the answer and the parser for its text.
     *
     * @throws IllegalArgumentException if the template refuses the conversation (its own words), or there is none
     */
    PreparedChat prepareChat(ChatPrompt chat);

    /**
     * Whether the file's chat template puts one turn next to another with nothing but blanks between: the system turn and
     * one of the user's, or two of the user's. Then a reader of the conversation must look over the border, too.
     */
    boolean joinsTurns();

    /** The text of token ids; incomplete characters become U+FFFD. */
    String decode(int[] tokens);

    /**
     * Queues a generation. A {@link Constraint} that is new to the engine is compiled first, on the calling thread.
     *
     * @throws ConstraintException if the form of the output can't be compiled
     * @throws EngineRejectedException if it can never fit, the queue is full, or the engine is closing
     */
    Generation submit(EngineRequest request);

    /**
     * Queues {@code n} generations that differ in their seeds: the request's, that plus one, and so on. The prompt is
     * computed once and its keys and values are shared.
     *
     * @throws EngineRejectedException as {@link #submit(EngineRequest)}; then none was queued
     */
    List<Generation> submit(EngineRequest request, int n);

    /**
     * Queues generations that go on from where another one is, running or ended: several questions in one thread, or
     * several ways to go on. They share its keys and values as far as these are still in memory, so nothing that it has
     * read or said is computed again.
     *
     * @param continuations what each adds: its prompt comes after {@link Generation#tokens} of the parent
     * @throws EngineRejectedException as {@link #submit(EngineRequest)}; then none was queued
     */
    List<Generation> fork(Generation parent, List<EngineRequest> continuations);

    /**
     * Vectors of texts: hidden states after the last layer and the output norm, pooled, of length 1. They are computed in
     * the same steps as generations, all of them at once; waits until they are done.
     *
     * @param texts token ids, at least one each; not to be changed meanwhile
     * @return a vector for each text, as long as the model's hidden states are
     * @throws EngineRejectedException as {@link #submit(EngineRequest)}; then none was queued
     * @throws IllegalStateException if one was cancelled, expired or failed; the others are cancelled
     */
    List<float[]> embed(List<int[]> texts, Pooling pooling, Scheduling scheduling) throws InterruptedException;

    /** Counters now. */
    EngineMetrics metrics();

    /** False when work has waited for {@code bound} and no step was made. */
    boolean healthy(Duration bound);

    /** Whether what a request computed of its prompt is found again by a later one of its tenant, while there is room. */
    default boolean remembers() {
        return true;
    }

    /** Cancels what runs and frees the model. */
    @Override
    void close();
}
