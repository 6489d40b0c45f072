/** The calls of docs/chat-api.md, one function each. */
import { call } from "./http";
import type {
  Account,
  AccountLink,
  Attachment,
  Conversation,
  ConversationsPage,
  DeviceSession,
  Exchange,
  Hit,
  Instructions,
  Lengths,
  Member,
  Memory,
  Message,
  ModelsPage,
  NewMessage,
  Opinion,
  Passkey,
  Policy,
  Preset,
  Project,
  Queued,
  Share,
  SharedCopy,
  SignInOptions,
  SignOn,
  Thread,
} from "./types";

const segment = encodeURIComponent;

/** What a conversation begins with besides a model. */
export interface Beginning {
  instructions: string;
  projectId: string | null;
}

/** Which part of a thread: its end, what stands above a message, the newest branch through one, or what is new. */
export interface ThreadPart {
  before?: string;
  under?: string;
  since?: number;
  /** At most 1,000. */
  limit?: number;
}

export const api = {
  signIn: (key: string) => call<{ member: Member }>("/api/session", { method: "POST", body: { key } }),
  signInOptions: () => call<SignInOptions>("/api/session/options"),
  signInWithPassword: (email: string, password: string) =>
    call<{ member: Member }>("/api/session", { method: "POST", body: { email, password } }),
  beginPasskeySignIn: () => call<{ public_key: unknown }>("/api/session/passkey/options", { method: "POST" }),
  signInWithPasskey: (credential: unknown) =>
    call<{ member: Member }>("/api/session/passkey", { method: "POST", body: { credential } }),
  beginSignOn: (link: string | null) =>
    call<{ location: string }>("/api/session/sign-on", { method: "POST", body: link === null ? {} : { link } }),
  signOns: () => call<{ sign_ons: SignOn[] }>("/api/account/sign-ons"),
  linkSignOn: () => call<{ location: string }>("/api/account/sign-ons", { method: "POST" }),
  removeSignOn: (id: string) => call<undefined>(`/api/account/sign-ons/${segment(id)}`, { method: "DELETE" }),
  passkeys: () => call<{ passkeys: Passkey[] }>("/api/account/passkeys"),
  beginPasskey: () => call<{ public_key: unknown }>("/api/account/passkey-options", { method: "POST" }),
  addPasskey: (name: string, credential: unknown) =>
    call<Passkey>("/api/account/passkeys", { method: "POST", body: { name, credential } }),
  renamePasskey: (id: string, name: string) =>
    call<Passkey>(`/api/account/passkeys/${segment(id)}`, { method: "PATCH", body: { name } }),
  removePasskey: (id: string) => call<undefined>(`/api/account/passkeys/${segment(id)}`, { method: "DELETE" }),
  setUp: (body: { key: string; name: string; email: string; password: string }) =>
    call<{ member: Member }>("/api/session/setup", { method: "POST", body }),
  accountLink: (secret: string) => call<AccountLink>(`/api/links/${segment(secret)}`),
  useAccountLink: (secret: string, body: { name?: string; email?: string; password: string }) =>
    call<{ member: Member }>(`/api/links/${segment(secret)}`, { method: "POST", body }),
  account: () => call<Account>("/api/account"),
  renameAccount: (name: string) => call<{ member: Member }>("/api/account", { method: "PATCH", body: { name } }),
  changePassword: (current: string, password: string) =>
    call<undefined>("/api/account/password", { method: "POST", body: { current, password } }),
  devices: () => call<{ sessions: DeviceSession[] }>("/api/account/sessions"),
  endDevice: (id: string) => call<undefined>(`/api/account/sessions/${segment(id)}`, { method: "DELETE" }),
  endOtherDevices: () => call<undefined>("/api/account/sessions", { method: "DELETE" }),
  session: () => call<{ member: Member }>("/api/session"),
  signOut: () => call<{ location: string } | undefined>("/api/session", { method: "DELETE" }),

  models: () => call<ModelsPage>("/api/models"),

  conversations: (limit: number, before: string | null, archived = false) =>
    call<ConversationsPage>(
      `/api/conversations?limit=${limit}${before === null ? "" : `&before=${segment(before)}`}${archived ? "&archived=true" : ""}`,
    ),
  search: (text: string) => call<{ hits: Hit[] }>(`/api/search?q=${segment(text)}`),
  createConversation: (id: string, model: string | null, begun: Beginning) =>
    call<Conversation>("/api/conversations", {
      method: "POST",
      body: {
        id,
        ...(model === null ? {} : { model }),
        ...(begun.instructions === "" ? {} : { instructions: begun.instructions }),
        ...(begun.projectId === null ? {} : { project_id: begun.projectId }),
      },
    }),
  conversation: (id: string, part: ThreadPart = {}) => {
    const query = Object.entries(part).map(([name, value]) => `${name}=${segment(String(value))}`);
    return call<Thread>(`/api/conversations/${segment(id)}${query.length === 0 ? "" : `?${query.join("&")}`}`);
  },
  rename: (id: string, title: string) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: { title } }),
  change: (
    id: string,
    change: Partial<Pick<Conversation, "pinned" | "archived" | "project_id" | "draft" | "read_id">>,
  ) => call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: change }),
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
    call<{ imported: number; skipped: number; personal: number; first: string | null }>("/api/import", {
      method: "POST",
      body: content,
    }),
  restore: (id: string) => call<Conversation>(`/api/conversations/${segment(id)}/restore`, { method: "POST" }),
  choosePolicy: (id: string, policy: Policy) =>
    call<Conversation>(`/api/conversations/${segment(id)}`, { method: "PATCH", body: { policy } }),
  remove: (id: string) => call<undefined>(`/api/conversations/${segment(id)}`, { method: "DELETE" }),

  attach: (id: string, name: string, file: Blob) =>
    call<Attachment>(`/api/attachments/${segment(id)}?name=${segment(name)}`, { method: "PUT", file }),
  attachment: (id: string) => call<{ attachment: Attachment; text: string }>(`/api/attachments/${segment(id)}`),
  detach: (id: string) => call<undefined>(`/api/attachments/${segment(id)}`, { method: "DELETE" }),

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
  choose: (answerId: string, chosenId: string) =>
    call<Message>(`/api/messages/${segment(answerId)}/choice`, { method: "PUT", body: { answer_id: chosenId } }),
  keep: (answerId: string, copyId: string) =>
    call<{ reply: Message }>(`/api/messages/${segment(answerId)}/keep`, { method: "POST", body: { id: copyId } }),
  judge: (answerId: string, opinion: Opinion) =>
    call<undefined>(`/api/messages/${segment(answerId)}/feedback`, { method: "PUT", body: opinion }),
  takeJudgementBack: (answerId: string) =>
    call<undefined>(`/api/messages/${segment(answerId)}/feedback`, { method: "DELETE" }),

  instructions: () => call<Instructions & { limits: Lengths }>("/api/instructions"),
  putInstructions: ({ text, use_memory, suggest_memory }: Instructions) =>
    call<Instructions>("/api/instructions", { method: "PUT", body: { text, use_memory, suggest_memory } }),
  memories: () => call<{ memories: Memory[] }>("/api/memories"),
  putMemory: ({ id, text }: Memory) => call<Memory>(`/api/memories/${segment(id)}`, { method: "PUT", body: { text } }),
  removeMemory: (id: string) => call<undefined>(`/api/memories/${segment(id)}`, { method: "DELETE" }),
  refuseProposal: (id: string) => call<undefined>(`/api/memory-proposals/${segment(id)}`, { method: "DELETE" }),
  presets: () => call<{ presets: Preset[] }>("/api/presets"),
  putPreset: ({ id, name, text }: Preset) =>
    call<Preset>(`/api/presets/${segment(id)}`, { method: "PUT", body: { name, text } }),
  removePreset: (id: string) => call<undefined>(`/api/presets/${segment(id)}`, { method: "DELETE" }),
  projects: () => call<{ projects: Project[] }>("/api/projects"),
  putProject: ({ id, name, instructions, attachments }: Project) =>
    call<Project>(`/api/projects/${segment(id)}`, {
      method: "PUT",
      body: { name, instructions, attachments: attachments.map((file) => file.id) },
    }),
  removeProject: (id: string) => call<undefined>(`/api/projects/${segment(id)}`, { method: "DELETE" }),

  stop: (replyId: string) => call<Message>(`/api/messages/${segment(replyId)}/stop`, { method: "POST" }),
};
