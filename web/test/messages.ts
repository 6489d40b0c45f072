import type { Message } from "../src/api/types";

/** A message of conversation "c": a finished answer, unless said otherwise. */
export const message = (id: string, parent_id: string | null, more: Partial<Message> = {}): Message => ({
  id,
  conversation_id: "c",
  parent_id,
  role: "assistant",
  text: `text ${id}`,
  steps: [],
  attachments: [],
  state: "complete",
  error: null,
  model: null,
  usage: null,
  feedback: null,
  together: false,
  chosen_id: null,
  created_at: "2026-01-01T00:00:00Z",
  event_id: "0",
  ...more,
});
