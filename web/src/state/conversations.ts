/** The list of conversations, last changed first, fetched page by page. */
import { api } from "../api/client";
import type { ApiError } from "../api/http";
import type { Conversation } from "../api/types";
import { t } from "../strings";
import { toast } from "./notices";
import { go, openId } from "./route";
import { noteFailure } from "./session";
import { createStore } from "./store";
import { forgetThread } from "./threads";

const PAGE_SIZE = 40;

export interface ConversationList {
  items: readonly Conversation[];
  next: string | null;
  status: "loading" | "ready" | "failed";
  loadingMore: boolean;
  error: ApiError | null;
}

const EMPTY: ConversationList = { items: [], next: null, status: "loading", loadingMore: false, error: null };

export const conversations = createStore<ConversationList>(EMPTY);

export function forgetConversations(): void {
  conversations.set(EMPTY);
}

/** Joins pages: what is newer wins, last changed first, each once. */
export function joined(a: readonly Conversation[], b: readonly Conversation[]): Conversation[] {
  const byId = new Map<string, Conversation>();
  for (const one of [...a, ...b]) {
    const known = byId.get(one.id);
    if (known === undefined || known.version <= one.version) byId.set(one.id, one);
  }
  return [...byId.values()].sort((x, y) =>
    x.updated_at === y.updated_at ? (x.id < y.id ? 1 : -1) : x.updated_at < y.updated_at ? 1 : -1,
  );
}

/** Loads the first page anew and keeps the older pages that are already here. */
export async function refreshConversations(): Promise<void> {
  try {
    const page = await api.conversations(PAGE_SIZE, null);
    conversations.update((now) => {
      const older = now.status === "ready" && now.items.length > PAGE_SIZE;
      const oldest = page.conversations.at(-1)?.updated_at ?? "";
      // What should be on the first page and isn't was deleted elsewhere.
      const kept = older ? now.items.filter((one) => !one.pinned && one.updated_at < oldest) : [];
      return {
        items: joined(kept, [...page.pinned, ...page.conversations]),
        next: older ? now.next : page.next,
        status: "ready",
        loadingMore: false,
        error: null,
      };
    });
  } catch (cause) {
    const error = noteFailure(cause);
    conversations.update((now) => (now.status === "ready" ? now : { ...now, status: "failed", error }));
  }
}

export async function loadMore(): Promise<void> {
  const { next, loadingMore } = conversations.get();
  if (next === null || loadingMore) return;
  conversations.update((now) => ({ ...now, loadingMore: true }));
  try {
    const page = await api.conversations(PAGE_SIZE, next);
    conversations.update((now) => ({
      ...now,
      items: joined(now.items, page.conversations),
      next: page.next,
      loadingMore: false,
    }));
  } catch (cause) {
    noteFailure(cause);
    conversations.update((now) => ({ ...now, loadingMore: false }));
    toast(t.nav.failed, "error");
  }
}

/** Set by the app: called for each conversation that changed, with what it was before. */
let onHeard: (before: Conversation | undefined, now: Conversation) => void = () => undefined;
export function whenHeard(run: typeof onHeard): void {
  onHeard = run;
}

/** Changes that were heard of, made here or elsewhere. */
export function applyChanges(changed: readonly Conversation[]): void {
  const before = new Map(conversations.get().items.map((one) => [one.id, one]));
  conversations.update((now) => {
    const gone = new Set(changed.filter((one) => one.deleted || one.archived).map((one) => one.id));
    const kept = now.items.filter((one) => !gone.has(one.id));
    return {
      ...now,
      items: joined(
        kept,
        changed.filter((one) => !gone.has(one.id)),
      ),
    };
  });
  for (const one of changed) onHeard(before.get(one.id), one);
  const open = openId.get();
  if (changed.some((one) => one.id === open && one.deleted)) go(null, true);
}

export function upsert(conversation: Conversation): void {
  conversations.update((now) => ({ ...now, items: joined(now.items, [conversation]) }));
}

export async function rename(id: string, title: string): Promise<void> {
  const before = conversations.get().items.find((one) => one.id === id);
  if (before === undefined || before.title === title) return;
  upsert({ ...before, title });
  try {
    upsert(await api.rename(id, title));
  } catch (cause) {
    noteFailure(cause);
    conversations.update((now) => ({ ...now, items: now.items.map((one) => (one.id === id ? before : one)) }));
    toast(t.errors.renameFailed, "error");
  }
}

/** Hides it at once; the notice that says so takes it back. */
export async function remove(id: string): Promise<void> {
  const before = conversations.get().items.find((one) => one.id === id);
  const wasOpen = openId.get() === id;
  conversations.update((now) => ({ ...now, items: now.items.filter((one) => one.id !== id) }));
  if (wasOpen) go(null, true);
  try {
    await api.remove(id);
  } catch (cause) {
    const error = noteFailure(cause);
    if (error.kind !== "not_found") {
      if (before !== undefined) upsert(before);
      toast(t.errors.removeFailed, "error");
      return;
    }
  }
  forgetThread(id);
  toast(t.remove.done, "info", {
    label: t.remove.undo,
    run: () => void bringBack(id, wasOpen, () => api.restore(id)),
  });
}

async function bringBack(id: string, open: boolean, call: () => Promise<Conversation>): Promise<void> {
  try {
    upsert(await call());
    if (open) go(id);
  } catch (cause) {
    noteFailure(cause);
    toast(t.errors.restoreFailed, "error");
  }
}

export async function pin(conversation: Conversation): Promise<void> {
  try {
    upsert(await api.change(conversation.id, { pinned: !conversation.pinned }));
  } catch (cause) {
    noteFailure(cause);
    toast(t.errors.changeFailed, "error");
  }
}

export async function archive(conversation: Conversation): Promise<void> {
  const { id } = conversation;
  try {
    await api.change(id, { archived: true });
  } catch (cause) {
    noteFailure(cause);
    toast(t.errors.changeFailed, "error");
    return;
  }
  const wasOpen = openId.get() === id;
  conversations.update((now) => ({ ...now, items: now.items.filter((one) => one.id !== id) }));
  if (wasOpen) go(null, true);
  toast(t.archive.done, "info", {
    label: t.remove.undo,
    run: () => void bringBack(id, wasOpen, () => api.change(id, { archived: false })),
  });
}
