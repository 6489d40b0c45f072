package dev.stoa.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A form at work over a vocabulary: a pushdown automaton, made deterministic as it goes.
 *
 * <p>A {@link Place} is where an output stands: all the words that it may be in, each with the stack of what must follow.
 * Places are made when they are first reached and remembered with their ways on and their tokens. Stacks are shared and
 * interned, so equal places are the same object. Thread-safe; one lock, as threads meet here only while a form is new.
 */
public final class Automaton {
    private final Node root;
    private final TokenTrie trie;
    private final Map<List<Thread>, Place> places = new HashMap<>();
    private final Map<FrameKey, Frame> frames = new HashMap<>();
    private final Frame bottom = new Frame(null, 0, null, 0, 0);
    private final Map<TokenSet, TokenSet> sets = new HashMap<>();
    private long setBytes;
    private int frameCount = 1;
    private int threadCount;
    private int age;

    Automaton(Node root, TokenTrie trie) {
        this.root = root;
        this.trie = trie;
    }

    /**
     * What follows: {@code index} parts of {@code node} are done, then comes {@code next}.
     *
     * @param id equal for equal frames only
     * @param depth frames below this one
     */
    private record Frame(
            @Nullable Node node, int index, @Nullable Frame next, int id, int depth) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return id;
        }
    }

    private record FrameKey(Node node, int index, Frame next) {}

    /** One way in which the output so far can be read: in a state of a word, with what follows it. */
    private record Thread(Terminal word, long state, Frame rest) {}

    /** See {@link Automaton}. */
    final class Place {
        private final List<Thread> threads;
        private final boolean complete;
        private final int born = age;
        private final @Nullable Place[] next = new Place[256];
        private final long[] known = new long[4];
        private @Nullable TokenSet tokens;

        private Place(List<Thread> threads, boolean complete) {
            this.threads = threads;
            this.complete = complete;
        }
    }

    /** Where every output begins. */
    synchronized Place start() {
        Spread spread = new Spread();
        spread.into(root, bottom);
        return spread.place();
    }

    /** Whether the output may end here. */
    boolean complete(Place place) {
        return place.complete;
    }

    /** Whether the output must end here. */
    boolean finished(Place place) {
        return place.complete && place.threads.isEmpty();
    }

    /** The place after a token; empty if the token isn't allowed. */
    synchronized Optional<Place> after(Place place, int token) {
        byte[] bytes = trie.bytes(token);
        Place at = bytes.length == 0 ? null : place;
        for (int i = 0; i < bytes.length && at != null; i++) {
            at = step(at, bytes[i] & 0xff);
        }
        return Optional.ofNullable(at);
    }

    /** The tokens that may follow: those with which the output can still be completed, and the ends if it is complete. */
    synchronized TokenSet tokens(Place place) {
        TokenSet known = place.tokens;
        if (known == null) {
            known = shared(find(place));
            place.tokens = known;
        }
        return known;
    }

    private TokenSet shared(TokenSet set) {
        TokenSet known = sets.putIfAbsent(set, set);
        if (known != null) {
            return known;
        }
        setBytes += set.bytes();
        if (setBytes > GrammarLimits.SET_BYTES_MAX) {
            forget();
        }
        return set;
    }

    private TokenSet find(Place place) {
        long[] words = trie.emptyWords();
        for (Thread thread : place.threads) {
            WordMasks.Mask mask = trie.masks(thread.word()).of(thread.word(), thread.state(), trie);
            mask.inside().addTo(words);
            if (mask.exits().length > 0) {
                Spread spread = new Spread();
                spread.pop(thread.rest());
                Place rest = spread.place();
                if (!rest.threads.isEmpty()) {
                    for (int exit : mask.exits()) {
                        walk(exit, rest, words);
                    }
                }
            }
        }
        if (place.complete) {
            for (int end : trie.ends()) {
                words[end >> 6] |= 1L << end;
            }
        }
        return TokenSet.of(words, trie.vocabulary());
    }

    /** Adds the tokens below a node of the tree whose rest is allowed from a place. */
    private void walk(int from, Place start, long[] words) {
        int base = trie.depth(from);
        Place[] path = new Place[trie.deepest() + 1 - base];
        path[0] = start;
        int end = trie.skip(from);
        int node = from + 1;
        while (node < end) {
            int depth = trie.depth(node) - base;
            Place place = step(path[depth - 1], trie.label(node));
            if (place == null) {
                node = trie.skip(node);
                continue;
            }
            path[depth] = place;
            trie.addTokens(node, words);
            node++;
        }
    }

    private @Nullable Place step(Place place, int unsignedByte) {
        boolean known = (place.known[unsignedByte >> 6] >>> unsignedByte & 1) != 0;
        Place next = place.next[unsignedByte];
        if (known && (next == null || next.born == age)) {
            return next;
        }
        next = find(place, unsignedByte);
        if (place.born == age) {
            place.next[unsignedByte] = next;
            place.known[unsignedByte >> 6] |= 1L << unsignedByte;
        }
        return next;
    }

    private @Nullable Place find(Place place, int unsignedByte) {
        Spread spread = new Spread();
        for (Thread thread : place.threads) {
            long state = thread.word().next(thread.state(), unsignedByte);
            if (state != Terminal.DEAD) {
                spread.at(thread.word(), state, thread.rest());
            }
        }
        return spread.threads.isEmpty() && !spread.complete ? null : spread.place();
    }

    /** Finds all the words that can be next. */
    private final class Spread {
        private final Set<Thread> threads = new LinkedHashSet<>();
        private boolean complete;

        void at(Terminal word, long state, Frame rest) {
            if (!word.ends(state)) {
                threads.add(new Thread(word, state, rest));
            }
            if (word.accepts(state)) {
                pop(rest);
            }
        }

        void into(Node node, Frame rest) {
            // Choices in choices don't grow the stack: an object of many optional properties is a long chain of them.
            Deque<Node> todo = new ArrayDeque<>();
            todo.push(node);
            while (!todo.isEmpty()) {
                Node next = todo.pop();
                if (rest.depth() + next.depth() > GrammarLimits.OUTPUT_DEPTH_MAX) {
                    continue; // it couldn't be completed within the depth
                }
                switch (next) {
                    case Node.Word word -> at(word.terminal(), word.terminal().start(), rest);
                    case Node.Choice choice -> choice.options().reversed().forEach(todo::push);
                    case Node.Rule rule -> todo.push(rule.body());
                    case Node.Sequence sequence -> sequence(sequence, 0, rest);
                    case Node.Repeat repeat -> repeat(repeat, 0, rest);
                }
            }
        }

        void pop(Frame frame) {
            switch (frame.node()) {
                case null -> complete = true;
                case Node.Sequence sequence -> sequence(sequence, frame.index(), below(frame));
                case Node.Repeat repeat -> repeat(repeat, frame.index(), below(frame));
                default -> throw new IllegalStateException("nothing is open in this node");
            }
        }

        private static Frame below(Frame frame) {
            return Objects.requireNonNull(frame.next());
        }

        private void sequence(Node.Sequence sequence, int done, Frame rest) {
            int parts = sequence.parts().size();
            if (done == parts) {
                pop(rest);
            } else {
                // The last part needs no frame, so lists made of sequences in sequences don't grow the stack.
                Frame after = done + 1 == parts ? rest : frame(sequence, done + 1, rest);
                into(sequence.parts().get(done), after);
            }
        }

        private void repeat(Node.Repeat repeat, int done, Frame rest) {
            if (done >= repeat.min()) {
                pop(rest);
            }
            if (done < repeat.max()) {
                boolean open = repeat.max() == Pattern.UNBOUNDED;
                into(repeat.body(), frame(repeat, open ? Math.min(done + 1, repeat.min()) : done + 1, rest));
            }
        }

        Place place() {
            List<Thread> key = new ArrayList<>(threads);
            if (complete) {
                key.add(new Thread(StringTerminal.ANY, Terminal.DEAD, bottom));
            }
            Place known = places.get(key);
            if (known == null) {
                forgetIfFull();
                known = new Place(List.copyOf(threads), complete);
                places.put(key, known);
                threadCount += threads.size();
            }
            return known;
        }
    }

    private Frame frame(Node node, int index, Frame next) {
        return frames.computeIfAbsent(
                new FrameKey(node, index, next), _ -> new Frame(node, index, next, frameCount++, next.depth() + 1));
    }

    /** Starts to remember anew. Places that outputs stand in stay valid; what they lead to is found again. */
    private void forgetIfFull() {
        if (places.size() >= GrammarLimits.PLACES_REMEMBERED_MAX
                || threadCount >= GrammarLimits.THREADS_REMEMBERED_MAX
                || frames.size() >= GrammarLimits.PLACES_REMEMBERED_MAX * 4) {
            forget();
        }
    }

    private void forget() {
        places.clear();
        frames.clear();
        sets.clear();
        setBytes = 0;
        threadCount = 0;
        age++;
    }

    /** Where requests begin: a new output of this form. */
    public TokenMatcher matcher() {
        return new TokenMatcher(this);
    }
}
