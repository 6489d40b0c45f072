package dev.stoa.engine.grammar;

/** Tells whether a node stands for the empty text too. Not for nodes that contain themselves at their beginning. */
final class Emptiness {
    private Emptiness() {}

    static boolean mayBeEmpty(Node node) {
        return switch (node) {
            case Node.Word word -> word.terminal().accepts(word.terminal().start());
            case Node.Sequence sequence -> sequence.parts().stream().allMatch(Emptiness::mayBeEmpty);
            case Node.Choice choice -> choice.options().stream().anyMatch(Emptiness::mayBeEmpty);
            case Node.Repeat repeat -> repeat.min() == 0;
            case Node.Rule _ -> false; // rules are JSON values
        };
    }
}
