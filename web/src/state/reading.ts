/**
 * How far each conversation was read, told to this person's other devices: the last message of the thread that was open
 * and seen. A conversation whose last answer came while nobody looked is marked in the list.
 */
import { api } from "../api/client";
import { conversations } from "./conversations";
import { openId } from "./route";
import { noteFailure } from "./session";
import { createStore } from "./store";
import { threads } from "./threads";
import { leafOf } from "./tree";

const PAUSE_MS = 1_500;

/** Conversations with answers that ended while they were not open here, until they are read on some device. */
export const unread = createStore<ReadonlySet<string>>(new Set());

let timer: ReturnType<typeof setTimeout> | undefined;
const told = new Map<string, string>();

/** Looks after what is open; called when the thread, the place or the page's visibility changes. */
export function noteReading(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const id = openId.get();
    if (id === null || document.hidden) return;
    const thread = threads.get().get(id);
    const leaf = thread === undefined ? null : leafOf(thread.tree);
    const known = conversations.get().items.find((one) => one.id === id);
    if (leaf === null || leaf.state === "generating" || known === undefined) return;
    markRead(id);
    if (known.read_id === leaf.id || told.get(id) === leaf.id) return;
    told.set(id, leaf.id);
    api.change(id, { read_id: leaf.id }).catch((cause: unknown) => void noteFailure(cause));
  }, PAUSE_MS);
}

export function markRead(id: string): void {
  if (!unread.get().has(id)) return;
  unread.update((now) => new Set([...now].filter((one) => one !== id)));
}

export function markUnread(id: string): void {
  if (openId.get() !== id) unread.update((now) => new Set(now).add(id));
}
