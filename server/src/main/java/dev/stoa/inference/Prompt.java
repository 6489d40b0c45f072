package dev.stoa.inference;

import dev.stoa.inference.source.Source;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a model is to go on from. */
public sealed interface Prompt {

    /**
     * A conversation, rendered through the model's chat template.
     *
     * @param messages at least one; a system prompt is a first message of role SYSTEM
     * @param tools what the answer may call
     * @param thinking asks a model that can think before it answers to do so or not; empty leaves it to the model
     */
    record Conversation(List<Message> messages, ToolSet tools, Optional<Boolean> thinking) implements Prompt {
        public Conversation {
            messages = List.copyOf(messages);
        }

        /** Without tools, and thinking as the model likes. */
        public Conversation(List<Message> messages) {
            this(messages, ToolSet.NONE, Optional.empty());
        }

        /** Whether it may lead to calls, or has some. */
        public boolean usesTools() {
            return tools.callable()
                    || messages.stream()
                            .flatMap(message -> message.content().stream())
                            .anyMatch(block -> !(block instanceof ContentBlock.Readable));
        }

        /** The sources that the answer is to cite. */
        List<Source> cited() {
            return messages.stream()
                    .flatMap(message -> message.content().stream())
                    .flatMap(ContentBlock::sources)
                    .filter(source -> !source.passages().isEmpty())
                    .toList();
        }
    }

    /** A text that the model continues as it stands, through no template. */
    record Text(String text) implements Prompt {}

    /**
     * A request as its caller wrote it, for an upstream of the same protocol, which gets it by the byte. Only the model's
     * name is put in place of what stands there.
     *
     * @param path where the upstream takes it, such as {@code /messages}
     * @param body a JSON object in UTF-8; not to be changed
     * @param headers of the protocol that go with it
     * @param stream whether it asks for a stream
     * @param words every text in it, once
     * @param joined such of them as one text that the upstream's model may see as one
     */
    record Original(
            Wire wire,
            String path,
            byte[] body,
            Map<String, String> headers,
            boolean stream,
            List<String> words,
            List<String> joined)
            implements Prompt {
        public Original {
            headers = Map.copyOf(headers);
            words = List.copyOf(words);
            joined = List.copyOf(joined);
        }

        /** What a worker says that does not speak its protocol: somebody has changed the catalogue meanwhile. */
        public static StoaException notHere() {
            return new StoaException(
                    ErrorKind.INVALID_REQUEST, "This model does not take requests as they stand; try again.");
        }
    }

    /** Every text in it that is the caller's, once; what a model sees as one text is one here. */
    default Stream<String> texts() {
        return switch (this) {
            case Conversation(List<Message> messages, ToolSet tools, Optional<Boolean> _) ->
                Stream.concat(tools.texts(), messages.stream().flatMap(Message::texts));
            case Text(String text) -> Stream.of(text);
            case Original original -> original.words().stream();
        };
    }

    /**
     * Every text that is to be judged, each by itself: those that a model sees, and each block that it sees joined to
     * others.
     *
     * @param joinsTurns whether the model may see a turn and the next one as one text
     */
    default Stream<String> judged(boolean joinsTurns) {
        Stream<String> others = switch (this) {
            case Conversation(List<Message> messages, ToolSet _, Optional<Boolean> _) ->
                Stream.concat(
                        messages.stream().flatMap(Message::joinedBlocks),
                        joinsTurns
                                ? JoinedTurns.of(messages.stream()
                                        .map(each -> new JoinedTurns.Turn(each.role(), each.plainText()))
                                        .toList())
                                : Stream.of());
            case Text _ -> Stream.of();
            case Original original -> original.joined().stream();
        };
        return Stream.concat(texts(), others);
    }
}
