/** The words of the chat API (docs/chat-api.md), as they travel: snake_case, times in RFC 3339, ids are UUIDs. */

export type Role = "operator" | "admin" | "developer" | "user";

export interface Member {
  id: string;
  name: string;
  email: string | null;
  role: Role;
}

export interface Account {
  member: Member;
  organization: string;
  has_password: boolean;
}

/** What a visitor is offered. */
export interface SignInOptions {
  set_up: boolean;
  /** Whose pages can use passkeys and single sign-on. */
  origin: string;
  sign_on: { name: string } | null;
}

/** A way in through a single sign-on provider. */
export interface SignOn {
  id: string;
  issuer: string;
  label: string;
  created_at: string;
  last_used_at: string | null;
}

export interface Passkey {
  id: string;
  name: string;
  backed_up: boolean;
  created_at: string;
  last_used_at: string | null;
}

/** A browser that is signed in. */
export interface DeviceSession {
  id: string;
  current: boolean;
  by_key: boolean;
  user_agent: string;
  address: string;
  created_at: string;
  last_used_at: string;
}

/** What a link to an account is for. */
export interface AccountLink {
  kind: "invitation" | "password_reset";
  email: string | null;
  role: Role;
  organization: string;
  expires_at: string;
}

export interface Model {
  id: string;
  display_name: string;
  context_length: number;
  ready: boolean;
  default: boolean;
}

export interface ModelLoading {
  model: string;
  phase: "downloading" | "loading";
  done_bytes: number;
  total_bytes: number;
}

export interface ModelsPage {
  models: Model[];
  loading: ModelLoading | null;
}

/** What becomes of a question that is asked while another of its thread is being answered. */
export type Policy = "together" | "after" | "instead" | "steer";

export interface Conversation {
  id: string;
  title: string;
  model: string | null;
  policy: Policy;
  /** Said to the model in it. */
  instructions: string;
  project_id: string | null;
  /** What is typed and not sent. */
  draft: string;
  /** The last message that was read. */
  read_id: string | null;
  created_at: string;
  updated_at: string;
  /** Grows with every change of it or in it. */
  version: number;
  pinned: boolean;
  archived: boolean;
  deleted: boolean;
}

export interface ConversationsPage {
  conversations: Conversation[];
  /** On the first page only. */
  pinned: Conversation[];
  next: string | null;
}

export type MessageState = "complete" | "generating" | "stopped" | "steered" | "interrupted" | "failed" | "refused";

export interface ApiErrorBody {
  type: string;
  message: string;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
}

/** What a model did before or between the words of an answer, or what is new of it. */
export interface Step {
  index: number;
  type: "thinking" | "tool_call";
  /** How much of the text stands before it. */
  at: number;
  /** Of the tool that is called. */
  name: string | null;
  text: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  parent_id: string | null;
  role: "user" | "assistant";
  text: string;
  steps: Step[];
  attachments: Attachment[];
  state: MessageState;
  /** How much of it is here: what its events are followed from. */
  event_id: string;
  error: ApiErrorBody | null;
  model: string | null;
  usage: Usage | null;
  feedback: Opinion | null;
  /** Of a question: asked beside the one before it, from the same snapshot of the thread. */
  together: boolean;
  /** Of an answer: the other answer to its question that is read in its place. */
  chosen_id?: string | null;
  created_at: string;
}

/** What the person thinks of an answer. */
export interface Opinion {
  rating: "up" | "down";
  comment: string;
}

export interface Instructions {
  text: string;
  use_memory: boolean;
  /** Whether models may propose what to add to the memory. */
  suggest_memory: boolean;
}

/** What the person may tell models, in characters. */
export interface Lengths {
  instructions_length: number;
  memory_length: number;
}

/** Something that a model proposes to remember; it becomes a memory under the same id, or is refused. */
export interface Proposal {
  id: string;
  message_id: string;
  text: string;
  created_at: string;
}

export interface Memory {
  id: string;
  text: string;
}

/** Instructions that can be chosen for a conversation. */
export interface Preset {
  id: string;
  name: string;
  text: string;
}

/** A folder of conversations that share instructions and files. */
export interface Project {
  id: string;
  name: string;
  instructions: string;
  attachments: Attachment[];
}

/** A file of a question, without its text. */
export interface Attachment {
  id: string;
  name: string;
  media_type: string;
  /** Of the file, in bytes. */
  size: number;
  /** Of a PDF; 0 for others. */
  pages: number;
  characters: number;
  /** Whether the file goes on after its text. */
  cut: boolean;
}

/** A file as a shared copy carries it. */
export type CarriedFile = Omit<Attachment, "id" | "characters"> & { text: string };

/** A question that waits its turn. */
export interface Queued {
  id: string;
  reply_id: string;
  conversation_id: string;
  after_id: string;
  text: string;
  attachments: Attachment[];
  model: string | null;
  created_at: string;
}

export interface Thread {
  conversation: Conversation;
  messages: Message[];
  /** Of each message the ids of those with the same parent, in their order. */
  versions: Record<string, string[]>;
  /** Whether the branch has older messages. */
  more: boolean;
  /** What stands in prompts for the older part of a branch. */
  summaries: Summary[];
  queue: Queued[];
  proposals: Proposal[];
}

export interface Summary {
  /** The last message that it covers. */
  message_id: string;
  text: string;
  model: string;
  created_at: string;
}

/** A link to a copy of a conversation. */
export interface Share {
  id: string;
  conversation_id: string;
  title: string;
  created_at: string;
  expires_at: string;
}

/** What a link shows. */
export interface SharedCopy {
  title: string;
  messages: { role: "user" | "assistant"; text: string; model: string | null; files: CarriedFile[] }[];
  created_at: string;
  expires_at: string;
}

/** Where a search hit lies; what was found stands between U+0002 and U+0003. */
export interface Hit {
  conversation_id: string;
  title: string;
  message_id: string;
  role: "user" | "assistant";
  snippet: string;
  created_at: string;
}

export interface NewMessage {
  id: string;
  reply_id: string;
  parent_id: string | null;
  text: string;
  attachments?: string[];
  model?: string;
  policy?: Policy;
}

export interface Exchange {
  message: Message;
  reply: Message;
}
