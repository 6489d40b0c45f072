/** What is typed and not sent, per conversation; it survives reloads, crashes and the end of a session. */
import { drop, keep, kept } from "./storage";

const nameOf = (conversationId: string | null) => `draft.${conversationId ?? "new"}`;

export function draftOf(conversationId: string | null): string {
  return kept(nameOf(conversationId)) ?? "";
}

export function keepDraft(conversationId: string | null, text: string): void {
  if (text === "") drop(nameOf(conversationId));
  else keep(nameOf(conversationId), text);
}
