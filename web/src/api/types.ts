/** The words of the chat API (docs/chat-api.md), as they travel: snake_case, times in RFC 3339, ids are UUIDs. */

export interface Member {
  id: string;
  name: string;
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

export interface Conversation {
  id: string;
  title: string;
  model: string | null;
  created_at: string;
  updated_at: string;
}

export interface ConversationsPage {
  conversations: Conversation[];
  next: string | null;
}

export type MessageState = "complete" | "generating" | "stopped" | "interrupted" | "failed" | "refused";

export interface ApiErrorBody {
  type: string;
  message: string;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
}

export interface Message {
  id: string;
  conversation_id: string;
  parent_id: string | null;
  role: "user" | "assistant";
  text: string;
  state: MessageState;
  error: ApiErrorBody | null;
  model: string | null;
  usage: Usage | null;
  created_at: string;
}

export interface Thread {
  conversation: Conversation;
  messages: Message[];
}

export interface NewMessage {
  id: string;
  reply_id: string;
  parent_id: string | null;
  text: string;
  model?: string;
}

export interface Exchange {
  message: Message;
  reply: Message;
}
