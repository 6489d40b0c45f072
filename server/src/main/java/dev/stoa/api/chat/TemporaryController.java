package dev.stoa.api.chat;

import dev.stoa.api.RequestId;
import dev.stoa.api.chat.Views.StepsView;
import dev.stoa.api.chat.Views.TemporaryEnd;
import dev.stoa.api.chat.Views.TextView;
import dev.stoa.api.chat.Views.UsageView;
import dev.stoa.conversation.Message;
import dev.stoa.conversation.Message.Problem;
import dev.stoa.conversation.MessageState;
import dev.stoa.conversation.Steps;
import dev.stoa.conversation.TemporaryChats;
import dev.stoa.conversation.TemporaryChats.Line;
import dev.stoa.identity.Caller;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers in threads that only the client has; a client that goes ends its answer. */
@RestController
@RequestMapping("/api/temporary")
class TemporaryController {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryController.class);

    private final TemporaryChats chats;
    private final ChatJson json;
    private final Limits limits;

    TemporaryController(TemporaryChats chats, ChatJson json, Limits limits) {
        this.chats = chats;
        this.json = json;
        this.limits = limits;
    }

    @PostMapping
    void answer(Caller caller, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        Bodies.TemporaryThread body = json.read(request, Bodies.TemporaryThread.class);
        List<Line> thread = new ArrayList<>();
        for (Bodies.TemporaryMessage one : Bodies.needAll("messages", body.messages())) {
            Message.Role role = Message.Role.ofWord("messages.role", Bodies.need("messages.role", one.role()));
            thread.add(new Line(role, Bodies.need("messages.text", one.text())));
        }
        try (TokenStream stream = chats.answer(caller, thread, body.model(), body.seed(), RequestId.of(request))) {
            copy(stream, EventOutput.open(json, response));
        }
    }

    private void copy(TokenStream stream, EventOutput out) throws IOException, InterruptedException {
        Sequence sequence = new Sequence();
        try {
            while (true) {
                TokenStream.Event event = stream.next(limits.pingInterval());
                if (event instanceof TokenStream.Finished(StopReason reason, String _, var usage)) {
                    MessageState state = reason == StopReason.REFUSAL ? MessageState.REFUSED : MessageState.COMPLETE;
                    out.event("", "end", new TemporaryEnd(state.word(), null, UsageView.of(usage)));
                    return;
                }
                Object data = event == null ? null : sequence.data(event);
                if (data != null) {
                    out.event("", data instanceof TextView ? "text" : "steps", json.writeAscii(data));
                } else if (event == null) {
                    out.ping();
                }
            }
        } catch (StoaException e) {
            Problem problem = new Problem(
                    e.kind().name().toLowerCase(Locale.ROOT), Objects.requireNonNullElse(e.getMessage(), ""));
            out.event("", "end", new TemporaryEnd(MessageState.FAILED.word(), problem, null));
        } catch (RuntimeException e) {
            // Any fault of ours or of a worker: the client waits for an end.
            LOG.error("A temporary answer failed", e);
            out.event("", "end", new TemporaryEnd(MessageState.FAILED.word(), Problem.INTERNAL, null));
        }
    }

    /** Numbers the steps, and counts the text before them. */
    private static final class Sequence {
        private int at;
        private int index = -1;
        private Steps.@Nullable Kind kind;
        private @Nullable String name;

        @Nullable Object data(TokenStream.Event event) {
            return switch (event) {
                case TokenStream.TextDelta(String text) -> {
                    at += text.length();
                    kind = null;
                    yield new TextView(text);
                }
                case TokenStream.ThinkingDelta(String text) -> {
                    if (kind != Steps.Kind.THINKING) {
                        begin(Steps.Kind.THINKING, null);
                    }
                    yield step(Steps.Kind.THINKING, text);
                }
                case TokenStream.CallStart(int _, String _, String tool) -> {
                    begin(Steps.Kind.TOOL_CALL, tool);
                    yield step(Steps.Kind.TOOL_CALL, "");
                }
                case TokenStream.CallArguments(int _, String more) -> step(Steps.Kind.TOOL_CALL, more);
                case TokenStream.Started _,
                        TokenStream.CallEnd _,
                        TokenStream.Logprobs _,
                        TokenStream.Passed _,
                        TokenStream.Cited _,
                        TokenStream.Finished _ -> null;
            };
        }

        private void begin(Steps.Kind begun, @Nullable String tool) {
            index++;
            kind = begun;
            name = tool;
        }

        private StepsView step(Steps.Kind of, String text) {
            return StepsView.of(List.of(new Steps.Step(index, of, at, name, text)));
        }
    }
}
