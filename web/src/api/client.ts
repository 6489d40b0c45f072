/** The calls of docs/chat-api.md, one function each. */
import { call } from "./http";
import type {
  Conversation,
  ConversationsPage,
  Exchange,
  Member,
  Message,
  ModelsPage,
  NewMessage,
  Thread,
} from "./types";

const segment = encodeURIComponent;

export const api = {
  signIn: (key: string) => call<{ member: Member }>("/api/session", { method: "POST", body: { key } }),
  session: () => call<{ member: Member }>("/api/session"),
  signOut: () => call<undefined>("/api/session", { method: "DELETE" }),

  models: () => call<ModelsPage>("/api/models"),

  conversations: (limit: number, before: string | null) =>
    call<ConversationsPage>(`/api/conversations?limit=${limit}${before === null ? "" : `&before=${segment(before)}`}`),
  createConversation: (id: string, model: string | null) =>
    call<Conversation>("/api/conversations", { method: "POST", body: model === null ? { id } : { id, model } }),
  conversation: (id: string) => call<Thread>(`/api/conversations/${segment(id)}`),
  rename: (id: string, title: string) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: { title } }),
  remove: (id: string) => call<undefined>(`/api/conversations/${segment(id)}`, { method: "DELETE" }),

  send: (conversationId: string, message: NewMessage) =>
    call<Exchange>(`/api/conversations/${segment(conversationId)}/messages`, { method: "POST", body: message }),
  regenerate: (userMessageId: string, replyId: string, model: string | null) =>
    call<{ reply: Message }>(`/api/messages/${segment(userMessageId)}/replies`, {
      method: "POST",
      body: model === null ? { id: replyId } : { id: replyId, model },
    }),
  stop: (replyId: string) => call<Message>(`/api/messages/${segment(replyId)}/stop`, { method: "POST" }),
};
