package dev.stoa.api.chat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.stoa.conversation.Attachment;
import dev.stoa.conversation.CarriedFile;
import dev.stoa.conversation.Conversation;
import dev.stoa.conversation.Feedback;
import dev.stoa.conversation.Message;
import dev.stoa.conversation.Personal;
import dev.stoa.conversation.PersonalLimits;
import dev.stoa.conversation.Proposal;
import dev.stoa.conversation.Queued;
import dev.stoa.conversation.Search;
import dev.stoa.conversation.Shares;
import dev.stoa.conversation.Steps;
import dev.stoa.conversation.Summary;
import dev.stoa.identity.AccountLink;
import dev.stoa.identity.DeviceSession;
import dev.stoa.identity.Member;
import dev.stoa.identity.Passkey;
import dev.stoa.identity.SignOn;
import dev.stoa.inference.Model;
import dev.stoa.inference.TokenUsage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What clients get; the shapes of {@code docs/chat-api.md}. */
final class Views {
    private Views() {}

    record MemberView(UUID id, String name, @Nullable String email, String role) {
        static MemberView of(Member member) {
            return new MemberView(
                    member.id(), member.name(), member.email(), member.role().label());
        }
    }

    record SessionView(MemberView member) {
        static SessionView of(Member member) {
            return new SessionView(MemberView.of(member));
        }
    }

    /**
     * @param origin whose pages can use passkeys and single sign-on
     * @param signOn null where there is no single sign-on
     */
    record SignInView(
            boolean setUp, String origin, @Nullable ProviderView signOn) {}

    record ProviderView(String name) {}

    /** Where the page is to go. */
    record PlaceView(String location) {}

    record SignOnsView(List<SignOn> signOns) {}

    /** @param publicKey in WebAuthn's own words */
    record PublicKeyView(Map<String, Object> publicKey) {}

    record PasskeysView(List<Passkey> passkeys) {}

    record AccountView(MemberView member, String organization, boolean hasPassword) {}

    record DevicesView(List<DeviceSession> sessions) {}

    record LinkView(String kind, @Nullable String email, String role, String organization, Instant expiresAt) {
        static LinkView of(AccountLink link, String organization) {
            return new LinkView(link.kind().label(), link.email(), link.role().label(), organization, link.expiresAt());
        }
    }

    record ConversationView(
            UUID id,
            String title,
            @Nullable String model,
            String policy,
            String instructions,
            @Nullable UUID projectId,
            String draft,
            @Nullable UUID readId,
            Instant createdAt,
            Instant updatedAt,
            long version,
            boolean pinned,
            boolean archived,
            boolean deleted) {
        static ConversationView of(Conversation conversation) {
            return new ConversationView(
                    conversation.id(),
                    conversation.title(),
                    conversation.model(),
                    conversation.policy().word(),
                    conversation.instructions(),
                    conversation.projectId(),
                    conversation.draft(),
                    conversation.readId(),
                    conversation.createdAt(),
                    conversation.updatedAt(),
                    conversation.version(),
                    conversation.pinned(),
                    conversation.archived(),
                    conversation.deleted());
        }
    }

    record UsageView(int inputTokens, int outputTokens) {
        static @Nullable UsageView of(@Nullable TokenUsage usage) {
            return usage == null ? null : new UsageView(usage.inputTokens(), usage.outputTokens());
        }
    }

    record OpinionView(String rating, String comment) {
        static @Nullable OpinionView of(Feedback.@Nullable Opinion opinion) {
            return opinion == null ? null : new OpinionView(opinion.rating().word(), opinion.comment());
        }
    }

    /** @param limits of lengths, in UTF-16 code units */
    record InstructionsView(String text, boolean useMemory, boolean suggestMemory, LengthsView limits) {
        static InstructionsView of(Personal.Instructions now, PersonalLimits limits) {
            return new InstructionsView(
                    now.text(),
                    now.useMemory(),
                    now.suggestMemory(),
                    new LengthsView(limits.instructionsLength(), limits.memoryLength()));
        }
    }

    record LengthsView(int instructionsLength, int memoryLength) {}

    record MemoriesView(List<Personal.Memory> memories) {}

    record PresetsView(List<Personal.Preset> presets) {}

    record ProjectsView(List<Personal.Project> projects) {}

    /** How an answer ended that is kept nowhere. */
    record TemporaryEnd(
            String state,
            Message.@Nullable Problem error,
            @Nullable UsageView usage) {}

    /** @param type {@code thinking} or {@code tool_call} */
    record StepView(
            int index, String type, int at, @Nullable String name, String text) {
        static StepView of(Steps.Step step) {
            return new StepView(
                    step.index(), step.kind().name().toLowerCase(Locale.ROOT), step.at(), step.name(), step.text());
        }
    }

    record StepsView(List<StepView> steps) {
        static StepsView of(List<Steps.Step> steps) {
            return new StepsView(steps.stream().map(StepView::of).toList());
        }
    }

    record MessageView(
            UUID id,
            UUID conversationId,
            @Nullable UUID parentId,
            String role,
            String text,
            List<StepView> steps,
            List<Attachment> attachments,
            String state,
            String eventId,
            Message.@Nullable Problem error,
            @Nullable String model,
            @Nullable UsageView usage,
            @Nullable OpinionView feedback,
            boolean together,
            @Nullable UUID chosenId,
            Instant createdAt) {
        static MessageView of(Message message) {
            return new MessageView(
                    message.id(),
                    message.conversationId(),
                    message.parentId(),
                    message.role().word(),
                    message.text(),
                    StepsView.of(message.steps().list()).steps(),
                    message.attachments(),
                    message.state().word(),
                    EventStream.id(message.progress()),
                    message.error(),
                    message.model(),
                    UsageView.of(message.usage()),
                    OpinionView.of(message.opinion()),
                    message.together(),
                    message.chosenId(),
                    message.createdAt());
        }
    }

    record ConversationsView(
            List<ConversationView> conversations,
            List<ConversationView> pinned,
            @Nullable String next) {}

    record ChangesView(List<ConversationView> conversations) {}

    record HitView(UUID conversationId, String title, UUID messageId, String role, String snippet, Instant createdAt) {
        static HitView of(Search.Hit hit) {
            return new HitView(
                    hit.conversationId(),
                    hit.title(),
                    hit.messageId(),
                    hit.role().word(),
                    hit.snippet(),
                    hit.createdAt());
        }
    }

    record ExportedMessage(
            UUID id,
            @Nullable UUID parentId,
            String role,
            String text,
            List<StepView> steps,
            List<CarriedFile> attachments,
            String state,
            Message.@Nullable Problem error,
            @Nullable String model,
            boolean together,
            @Nullable UUID chosenId,
            Instant createdAt) {
        static ExportedMessage of(Message message, List<CarriedFile> files) {
            return new ExportedMessage(
                    message.id(),
                    message.parentId(),
                    message.role().word(),
                    message.text(),
                    StepsView.of(message.steps().list()).steps(),
                    files,
                    message.state().word(),
                    message.error(),
                    message.model(),
                    message.together(),
                    message.chosenId(),
                    message.createdAt());
        }
    }

    record ExportView(
            String format,
            UUID id,
            String title,
            String instructions,
            @Nullable UUID projectId,
            Instant createdAt,
            List<ExportedMessage> messages) {}

    record NewShareView(Shares.Share share, String path) {}

    record SharesView(List<Shares.Share> shares) {}

    record HitsView(List<HitView> hits) {}

    record ThreadView(
            ConversationView conversation,
            List<MessageView> messages,
            Map<UUID, List<UUID>> versions,
            boolean more,
            List<Summary> summaries,
            List<Queued> queue,
            List<Proposal> proposals) {}

    record QueuedView(Queued queued) {}

    record QueueView(List<Queued> queue) {}

    record ExchangeView(MessageView message, MessageView reply) {}

    record ReplyView(MessageView reply) {}

    record EndView(MessageView message) {}

    record TextView(String text) {}

    record ModelView(
            String id,
            String displayName,
            int contextLength,
            boolean ready,
            @JsonProperty("default") boolean isDefault) {
        static ModelView of(Model model, boolean isDefault) {
            return new ModelView(model.id(), model.displayName(), model.contextLength(), model.ready(), isDefault);
        }
    }

    record ErrorView(ErrorBody error, String requestId) {}

    record ErrorBody(String type, String message) {}
}
