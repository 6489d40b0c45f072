/** The calls of docs/chat-api.md, one function each. */
import { call } from "./http";
import type {
  Conversation,
  ConversationsPage,
  Exchange,
  Hit,
  Member,
  Message,
  ModelsPage,
  NewMessage,
  Policy,
  Queued,
  Share,
  SharedCopy,
  Thread,
} from "./types";

const segment = encodeURIComponent;

export const api = {
  signIn: (key: string) => call<{ member: Member }>("/api/session", { method: "POST", body: { key } }),
  session: () => call<{ member: Member }>("/api/session"),
  signOut: () => call<undefined>("/api/session", { method: "DELETE" }),

  models: () => call<ModelsPage>("/api/models"),

  conversations: (limit: number, before: string | null, archived = false) =>
    call<ConversationsPage>(
      `/api/conversations?limit=${limit}${before === null ? "" : `&before=${segment(before)}`}${archived ? "&archived=true" : ""}`,
    ),
  search: (text: string) => call<{ hits: Hit[] }>(`/api/search?q=${segment(text)}`),
  createConversation: (id: string, model: string | null) =>
    call<Conversation>("/api/conversations", { method: "POST", body: model === null ? { id } : { id, model } }),
  conversation: (id: string, part: { before?: string; under?: string; since?: number } = {}) => {
    const query = Object.entries(part).map(([name, value]) => `${name}=${segment(String(value))}`);
    return call<Thread>(`/api/conversations/${segment(id)}${query.length === 0 ? "" : `?${query.join("&")}`}`);
  },
  rename: (id: string, title: string) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: { title } }),
  change: (id: string, change: Partial<Pick<Conversation, "pinned" | "archived">>) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: change }),
  shares: (id: string) => call<{ shares: Share[] }>(`/api/conversations/${segment(id)}/shares`),
  share: (id: string, leaf: string | null, days: number) =>
    call<{ share: Share; path: string }>(`/api/conversations/${segment(id)}/shares`, {
      method: "POST",
      body: leaf === null ? { days } : { leaf, days },
    }),
  revoke: (id: string) => call<undefined>(`/api/shares/${segment(id)}`, { method: "DELETE" }),
  shared: (secret: string) => call<SharedCopy>(`/api/shared/${segment(secret)}`),
  copyShared: (secret: string) => call<Conversation>(`/api/shared/${segment(secret)}/copy`, { method: "POST" }),
  importFile: (content: unknown) =>
    call<{ imported: number; skipped: number; first: string | null }>("/api/import", { method: "POST", body: content }),
  restore: (id: string) => call<Conversation>(`/api/conversations/${segment(id)}/restore`, { method: "POST" }),
  choosePolicy: (id: string, policy: Policy) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: { policy } }),
  remove: (id: string) => call<undefined>(`/api/conversations/${segment(id)}`, { method: "DELETE" }),

  send: (conversationId: string, message: NewMessage) =>
    call<Exchange | { queued: Queued }>(`/api/conversations/${segment(conversationId)}/messages`, {
      method: "POST",
      body: message,
    }),
  changeQueued: (id: string, change: { text?: string; index?: number }) =>
    call<{ queue: Queued[] }>(`/api/queue/${segment(id)}`, { method: "PATCH", body: change }),
  removeQueued: (id: string) => call<undefined>(`/api/queue/${segment(id)}`, { method: "DELETE" }),
  regenerate: (userMessageId: string, replyId: string, model: string | null) =>
    call<{ reply: Message }>(`/api/messages/${segment(userMessageId)}/replies`, {
      method: "POST",
      body: model === null ? { id: replyId } : { id: replyId, model },
    }),
  stop: (replyId: string) => call<Message>(`/api/messages/${segment(replyId)}/stop`, { method: "POST" }),
};
