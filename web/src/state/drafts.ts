/**
 * What is typed and not sent, per conversation; it survives reloads, crashes and the end of a session. A conversation that
 * the server has tells its draft to this person's other devices, a moment after the typing stops; a box that nobody has
 * typed into since takes what they tell.
 */
import { api } from "../api/client";
import type { Conversation } from "../api/types";
import { conversations } from "./conversations";
import { noteFailure } from "./session";
import { drop, keep, kept } from "./storage";
import { createStore } from "./store";

const PAUSE_MS = 1_200;
/** The server's limit; a longer draft stays on its own device. */
const LENGTH_MAX = 10_000;

const nameOf = (conversationId: string | null) => `draft.${conversationId ?? "new"}`;

/** Drafts that came from another device, for boxes that are open. */
export const arrivedDraft = createStore<{ conversationId: string; text: string } | null>(null);

const timers = new Map<string, ReturnType<typeof setTimeout>>();
/** What the server has of each draft that this page told it of. */
const told = new Map<string, string>();

export function draftOf(conversationId: string | null): string {
  return kept(nameOf(conversationId)) ?? "";
}

export function keepDraft(conversationId: string | null, text: string): void {
  if (text === "") drop(nameOf(conversationId));
  else keep(nameOf(conversationId), text);
  if (conversationId !== null) tellLater(conversationId, text);
}

function tellLater(id: string, text: string): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => {
      timers.delete(id);
      const known = conversations.get().items.find((one) => one.id === id);
      if (known === undefined || text.length > LENGTH_MAX || known.draft === text) return;
      told.set(id, text);
      api.change(id, { draft: text }).catch((cause: unknown) => void noteFailure(cause));
    }, PAUSE_MS),
  );
}

/** A conversation as it was and as it is now: takes the draft of another device where this one has typed nothing new. */
export function hearDraft(before: Conversation | undefined, now: Conversation): void {
  if (before === undefined || before.draft === now.draft) return;
  if (timers.has(now.id) || told.get(now.id) === now.draft) return;
  const here = draftOf(now.id);
  if (here !== before.draft && here !== "") return;
  if (now.draft === "") drop(nameOf(now.id));
  else keep(nameOf(now.id), now.draft);
  arrivedDraft.set({ conversationId: now.id, text: now.draft });
}
