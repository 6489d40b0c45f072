package dev.stoa.inference;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has written down about a model.
 *
 * @param capabilities such as {@code tools}; words for clients, nothing is allowed or refused by
 *     them; {@code tools} is also asked for by {@link Inference#knowsTools}
 * @param maxOutputTokens the longest answer; 0 where only the context bounds it
 * @param prices null for the server's
 * @param lifecycle how long it is offered
 * @param fallbacks models that may answer in its place, in this order
 */
public record ModelCard(
        SortedSet<String> capabilities,
        int maxOutputTokens,
        @Nullable Prices prices,
        Lifecycle lifecycle,
        List<String> fallbacks) {
    public static final ModelCard BLANK = ofLongest(0);

    public ModelCard {
        capabilities = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
        fallbacks = List.copyOf(fallbacks);
    }

    /** Nothing but the longest answer. */
    public static ModelCard ofLongest(int maxOutputTokens) {
        return new ModelCard(new TreeSet<>(), maxOutputTokens, null, Lifecycle.ENDLESS, List.of());
    }
}
