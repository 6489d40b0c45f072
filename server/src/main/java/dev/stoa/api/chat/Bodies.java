package dev.stoa.api.chat;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What clients send. Jackson fills them, so any field may be missing: {@link #need} says so in the caller's words. */
final class Bodies {
    private Bodies() {}

    record SignIn(
            @Nullable String key,
            @Nullable String email,
            @Nullable String password) {}

    record SetUp(
            @Nullable String key,
            @Nullable String name,
            @Nullable String email,
            @Nullable String password) {}

    record LinkUse(
            @Nullable String name,
            @Nullable String email,
            @Nullable String password) {}

    record PasskeySignIn(@Nullable JsonNode credential) {}

    record NewPasskey(@Nullable String name, @Nullable JsonNode credential) {}

    record PasskeyPatch(@Nullable String name) {}

    record SignOnBegin(@Nullable String link) {}

    record AccountPatch(@Nullable String name) {}

    record PasswordChange(
            @Nullable String current, @Nullable String password) {}

    record NewConversation(
            @Nullable UUID id,
            @Nullable String title,
            @Nullable String model,
            @Nullable String instructions,
            @Nullable UUID projectId) {}

    record ConversationPatch(
            @Nullable String title,
            @Nullable String policy,
            @Nullable Boolean pinned,
            @Nullable Boolean archived,
            @Nullable String instructions,
            @Nullable UUID projectId,
            @Nullable String draft,
            @Nullable UUID readId) {}

    record InstructionsPut(
            @Nullable String text,
            @Nullable Boolean useMemory,
            @Nullable Boolean suggestMemory) {}

    record MemoryPut(@Nullable String text) {}

    record PresetPut(@Nullable String name, @Nullable String text) {}

    record ProjectPut(
            @Nullable String name,
            @Nullable String instructions,
            @Nullable List<@Nullable UUID> attachments) {}

    record ChoicePut(@Nullable UUID answerId) {}

    record FeedbackPut(@Nullable String rating, @Nullable String comment) {}

    record TemporaryMessage(@Nullable String role, @Nullable String text) {}

    record TemporaryThread(
            @Nullable List<@Nullable TemporaryMessage> messages,
            @Nullable String model,
            @Nullable Long seed) {}

    record NewShare(@Nullable UUID leaf, @Nullable Integer days) {}

    record QueuePatch(@Nullable String text, @Nullable Integer index) {}

    record NewMessage(
            @Nullable UUID id,
            @Nullable UUID replyId,
            @Nullable UUID parentId,
            @Nullable String text,
            @Nullable List<@Nullable UUID> attachments,
            @Nullable String model,
            @Nullable Long seed,
            @Nullable String policy) {}

    record Keeping(@Nullable UUID id) {}

    record NewReply(
            @Nullable UUID id,
            @Nullable String model,
            @Nullable Long seed) {}

    /** @throws StoaException INVALID_REQUEST if one of a list is null; no list is an empty one */
    static <T> List<T> needAll(String field, @Nullable List<@Nullable T> values) {
        List<T> all = new ArrayList<>();
        for (T value : values == null ? List.<@Nullable T>of() : values) {
            all.add(need(field, value));
        }
        return all;
    }

    /** @throws StoaException INVALID_REQUEST if there is no value */
    static <T> T need(String field, @Nullable T value) {
        if (value == null) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, field + ": must be given");
        }
        return value;
    }
}
