/**
 * Messages on their way to the server. An item is kept in localStorage before the first attempt and removed after the
 * server has it, and carries the ids of its message and reply, so a repeated send can't make a second message. What
 * the server refuses for good stays, with a way to edit or discard it: a typed message is never lost.
 */
import { api } from "../api/client";
import type { ApiError } from "../api/http";
import type { Attachment, NewMessage, Policy } from "../api/types";
import { upsert } from "./conversations";
import { plainWords } from "./errors";
import { noteFailure } from "./session";
import { drop, keep, keptJson, keptNames } from "./storage";
import { createStore } from "./store";
import { addMessages, addQueued, followMessage } from "./threads";

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const NAME = "outbox.";

/** What is kept. */
export interface Parcel {
  id: string;
  replyId: string;
  conversationId: string;
  /** The conversation may not exist yet: it is created first, which is idempotent too. */
  opensConversation: boolean;
  parentId: string | null;
  /** The thread was not here when it was said: it follows whatever the thread ends with when it is sent. */
  atEnd?: boolean;
  text: string;
  /** On the server already. */
  attachments: Attachment[];
  model: string | null;
  /** Of a conversation that it opens. */
  instructions?: string;
  projectId?: string | null;
  /** What to do where an answer before it is still being written. */
  policy: Policy | null;
}

export interface OutboxItem extends Parcel {
  /** Behind: the message before it has not got through, and goes first. */
  state: "sending" | "waiting" | "behind" | "failed";
  reason: string;
  attempts: number;
}

export const outbox = createStore<readonly OutboxItem[]>([]);

const timers = new Map<string, number>();
const underWay = new Set<string>();

function change(id: string, part: Partial<OutboxItem>): void {
  outbox.update((now) => now.map((item) => (item.id === id ? { ...item, ...part } : item)));
}

export function itemsOf(items: readonly OutboxItem[], conversationId: string | null): OutboxItem[] {
  return items.filter((item) => item.conversationId === conversationId);
}

export function post(parcel: Parcel): void {
  keep(NAME + parcel.id, JSON.stringify(parcel));
  outbox.update((now) => [...now, { ...parcel, state: "sending", reason: "", attempts: 0 }]);
  void deliver(parcel.id);
}

/** Takes up what an earlier page left, or what waited for signing in. */
export function restoreOutbox(): void {
  const items: OutboxItem[] = [];
  for (const name of keptNames(NAME)) {
    const parcel = parsed(keptJson(name) as Partial<Parcel> | null);
    if (parcel === null) drop(name);
    else items.push({ ...parcel, state: "waiting", reason: "", attempts: 0 });
  }
  outbox.set(items);
  for (const item of items) void deliver(item.id);
}

function parsed(value: Partial<Parcel> | null): Parcel | null {
  const whole =
    typeof value?.id === "string" &&
    typeof value.replyId === "string" &&
    typeof value.conversationId === "string" &&
    typeof value.text === "string";
  return whole ? { ...(value as Parcel), attachments: value.attachments ?? [], policy: value.policy ?? null } : null;
}

export function emptyOutbox(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  outbox.set([]);
}

export function retryAll(): void {
  for (const item of outbox.get()) if (item.state === "waiting") void deliver(item.id);
}

export function discard(id: string): OutboxItem | null {
  const item = outbox.get().find((one) => one.id === id) ?? null;
  if (item === null) return null;
  reparent(item, item.parentId, item.atEnd);
  forget(id);
  for (const one of itemsOf(outbox.get(), item.conversationId)) if (one.state === "behind") void deliver(one.id);
  return item;
}

const parcelOf = ({
  id,
  replyId,
  conversationId,
  opensConversation,
  parentId,
  atEnd,
  text,
  attachments,
  model,
  instructions,
  projectId,
  policy,
}: Parcel): Parcel => ({
  id,
  replyId,
  conversationId,
  opensConversation,
  parentId,
  ...(atEnd === undefined ? {} : { atEnd }),
  text,
  attachments,
  model,
  ...(instructions === undefined ? {} : { instructions }),
  ...(projectId === undefined ? {} : { projectId }),
  policy,
});

/** A message that was to follow this one's answer follows another now. */
function reparent(item: OutboxItem, parentId: string | null, atEnd = false): void {
  const place = { parentId, ...(atEnd ? { atEnd } : {}) };
  for (const one of outbox.get()) {
    if (one.parentId !== item.replyId) continue;
    change(one.id, place);
    keep(NAME + one.id, JSON.stringify(parcelOf({ ...one, ...place })));
  }
}

/** @return whether the message before it is not there yet, which must be first */
function waitsBehind(item: OutboxItem): boolean {
  const before = outbox.get().find((one) => one.replyId === item.parentId);
  if (before === undefined) return false;
  change(item.id, { state: before.state === "sending" ? "sending" : "behind", reason: "" });
  return true;
}

/** What stands behind another message says what has become of that one. */
function followState(conversationId: string): void {
  itemsOf(outbox.get(), conversationId).forEach(waitsBehind);
}

function forget(id: string): void {
  drop(NAME + id);
  clearTimeout(timers.get(id));
  timers.delete(id);
  outbox.update((now) => now.filter((item) => item.id !== id));
}

export async function deliver(id: string): Promise<void> {
  const item = outbox.get().find((one) => one.id === id);
  if (item === undefined || underWay.has(id) || waitsBehind(item)) return;
  underWay.add(id);
  clearTimeout(timers.get(id));
  change(id, { state: "sending", reason: "" });
  followState(item.conversationId);
  try {
    await send(item);
    forget(id);
    for (const one of outbox.get()) if (one.conversationId === item.conversationId) void deliver(one.id);
  } catch (cause) {
    postpone(item, noteFailure(cause));
    followState(item.conversationId);
  } finally {
    underWay.delete(id);
  }
}

async function send(item: OutboxItem): Promise<void> {
  if (item.opensConversation)
    upsert(
      await api.createConversation(item.conversationId, item.model, {
        instructions: item.instructions ?? "",
        projectId: item.projectId ?? null,
      }),
    );
  const message: NewMessage = {
    id: item.id,
    reply_id: item.replyId,
    parent_id: item.parentId,
    text: item.text,
    ...(item.attachments.length === 0 ? {} : { attachments: item.attachments.map((file) => file.id) }),
    ...(item.model === null ? {} : { model: item.model }),
    ...(item.policy === null ? {} : { policy: item.policy }),
  };
  if (item.atEnd === true) {
    const { conversation, messages } = await api.conversation(item.conversationId);
    // Said already, and the answer to that was lost.
    if (messages.some((one) => one.id === item.id)) {
      addMessages(item.conversationId, messages, messages);
      return;
    }
    message.parent_id = messages.findLast((one) => one.role === "assistant")?.id ?? null;
    if (messages.some((one) => one.state === "generating")) message.policy = conversation.policy;
  }
  const exchange = await api.send(item.conversationId, message);
  if ("queued" in exchange) {
    reparent(item, exchange.queued.after_id);
    addQueued(exchange.queued);
    return;
  }
  addMessages(item.conversationId, [exchange.message, exchange.reply], [exchange.message, exchange.reply]);
  if (exchange.reply.state === "generating") followMessage(exchange.reply);
}

function postpone(item: OutboxItem, error: ApiError): void {
  if (error.kind === "authentication") {
    change(item.id, { state: "waiting", reason: "" });
    return;
  }
  const attempts = item.attempts + 1;
  if (!error.passing) {
    change(item.id, { state: "failed", reason: plainWords(error), attempts });
    return;
  }
  change(item.id, { state: "waiting", reason: plainWords(error), attempts });
  const pause = Math.max(error.retryAfterMs, Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** item.attempts));
  timers.set(item.id, setTimeout(() => void deliver(item.id), pause) as unknown as number);
}
