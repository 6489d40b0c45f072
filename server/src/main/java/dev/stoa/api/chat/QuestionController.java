package dev.stoa.api.chat;

import dev.stoa.api.RequestId;
import dev.stoa.api.chat.Views.ExchangeView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.QueueView;
import dev.stoa.api.chat.Views.QueuedView;
import dev.stoa.api.chat.Views.ReplyView;
import dev.stoa.conversation.Comparisons;
import dev.stoa.conversation.Policy;
import dev.stoa.conversation.QuestionQueue;
import dev.stoa.conversation.Questions;
import dev.stoa.identity.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Questions: asking, asking again, and those that wait. */
@RestController
@RequestMapping("/api")
class QuestionController {
    private final Questions questions;
    private final Comparisons comparisons;
    private final QuestionQueue queue;
    private final ChatJson json;

    QuestionController(Questions questions, Comparisons comparisons, QuestionQueue queue, ChatJson json) {
        this.questions = questions;
        this.comparisons = comparisons;
        this.queue = queue;
        this.json = json;
    }

    @PostMapping("/conversations/{id}/messages")
    ResponseEntity<Object> ask(Caller caller, @PathVariable UUID id, HttpServletRequest request)
            throws InterruptedException {
        Bodies.NewMessage body = json.read(request, Bodies.NewMessage.class);
        Questions.Question question = new Questions.Question(
                Bodies.need("id", body.id()),
                Bodies.need("reply_id", body.replyId()),
                body.parentId(),
                Bodies.need("text", body.text()),
                Bodies.needAll("attachments", body.attachments()),
                body.model(),
                body.seed(),
                body.policy() == null ? null : Policy.ofWord("policy", body.policy()));
        return switch (questions.ask(caller, id, question, RequestId.of(request))) {
            case Questions.Exchange(var message, var reply) ->
                ResponseEntity.status(HttpStatus.CREATED)
                        .body(new ExchangeView(MessageView.of(message), MessageView.of(reply)));
            case Questions.InQueue(var queued) ->
                ResponseEntity.status(HttpStatus.ACCEPTED).body(new QueuedView(queued));
        };
    }

    @PostMapping("/messages/{id}/replies")
    @ResponseStatus(HttpStatus.CREATED)
    ReplyView answerAgain(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.NewReply body = json.read(request, Bodies.NewReply.class);
        return new ReplyView(MessageView.of(questions.answerAgain(
                caller, id, Bodies.need("id", body.id()), body.model(), body.seed(), RequestId.of(request))));
    }

    @PostMapping("/messages/{id}/keep")
    @ResponseStatus(HttpStatus.CREATED)
    ReplyView keep(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.Keeping body = json.read(request, Bodies.Keeping.class);
        return new ReplyView(MessageView.of(comparisons.keep(caller, id, Bodies.need("id", body.id()))));
    }

    @PatchMapping("/queue/{id}")
    QueueView change(Caller caller, @PathVariable UUID id, HttpServletRequest request) {
        Bodies.QueuePatch body = json.read(request, Bodies.QueuePatch.class);
        return new QueueView(queue.change(caller, id, body.text(), body.index()));
    }

    @DeleteMapping("/queue/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Caller caller, @PathVariable UUID id) {
        queue.remove(caller, id);
    }
}
