package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.conversation.AnswerFeed;
import dev.stoa.conversation.Answers;
import dev.stoa.conversation.Feedback;
import dev.stoa.conversation.Progress;
import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Answers: their end, their events. */
@RestController
@RequestMapping("/api/messages/{id}")
class MessageController {
    /** How much of the text, and of the steps behind it, as events name it. */
    private static final Pattern PLACE = Pattern.compile("(\\d+)(?:\\.(\\d+))?");

    private final Answers answers;
    private final Feedback feedback;
    private final ChatJson json;
    private final Limits limits;
    private final ChatCallers callers;

    MessageController(Answers answers, Feedback feedback, ChatJson json, Limits limits, ChatCallers callers) {
        this.callers = callers;
        this.limits = limits;
        this.answers = answers;
        this.feedback = feedback;
        this.json = json;
    }

    @PostMapping("/stop")
    MessageView stop(Caller caller, @PathVariable UUID id) throws InterruptedException {
        return MessageView.of(answers.stop(caller, id));
    }

    @PutMapping("/choice")
    MessageView choose(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.ChoicePut body = json.read(request, Bodies.ChoicePut.class);
        return MessageView.of(answers.choose(caller, id, Bodies.need("answer_id", body.answerId())));
    }

    @PutMapping("/feedback")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void judge(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.FeedbackPut body = json.read(request, Bodies.FeedbackPut.class);
        Feedback.Rating rating = Feedback.Rating.ofWord(Bodies.need("rating", body.rating()));
        feedback.put(caller, id, new Feedback.Opinion(rating, Objects.requireNonNullElse(body.comment(), "")));
    }

    @DeleteMapping("/feedback")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void takeBack(Caller caller, @PathVariable UUID id) {
        feedback.remove(caller, id);
    }

    @GetMapping("/events")
    void events(
            Caller caller,
            @PathVariable UUID id,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            @RequestParam(required = false) @Nullable String after,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        // A browser that reconnects by itself repeats the first address but knows more by then.
        Progress seen = lastEventId != null ? seen("Last-Event-ID", lastEventId) : seen("after", after);
        try (AnswerFeed feed = answers.follow(caller, id, seen)) {
            new EventStream(json, limits.pingInterval(), callers.watch(request), response).write(feed);
        }
    }

    private static Progress seen(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return Progress.NOTHING;
        }
        Matcher matcher = PLACE.matcher(value);
        if (matcher.matches()) {
            try {
                String steps = matcher.group(2);
                return new Progress(Integer.parseInt(matcher.group(1)), steps == null ? 0 : Integer.parseInt(steps));
            } catch (NumberFormatException e) {
                // Too large: refused below like what is no number.
            }
        }
        throw new StoaException(ErrorKind.INVALID_REQUEST, name + ": must be the id of an event");
    }
}
