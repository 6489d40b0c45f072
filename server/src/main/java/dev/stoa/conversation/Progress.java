package dev.stoa.conversation;

/**
 * How much of an answer somebody has, in UTF-16 code units.
 *
 * @param text of its text
 * @param steps of its {@link Steps}' log
 */
public record Progress(int text, int steps) {
    public static final Progress NOTHING = new Progress(0, 0);

    static final Progress ALL = new Progress(Integer.MAX_VALUE, Integer.MAX_VALUE);

    Progress with(Chunk chunk) {
        return switch (chunk) {
            case Chunk.Text(String ignored, int end) -> new Progress(end, steps);
            case Chunk.Doing(var ignored, int end) -> new Progress(text, end);
            case Chunk.Silence _, Chunk.End _, Chunk.Gone _, Chunk.Away _ -> this;
        };
    }
}
