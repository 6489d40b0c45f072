/**
 * The threads that were opened, the latest few kept, and the answers of the open one that stream. Owns every follower:
 * a message that is generating and shown has exactly one.
 */
import { api } from "../api/client";
import { follow } from "../api/follow";
import type { ApiError } from "../api/http";
import type { Message } from "../api/types";
import { t } from "../strings";
import { uuidv7 } from "../lib/uuid";
import { plainWords } from "./errors";
import { LiveAnswer } from "./live";
import { announce, toast } from "./notices";
import { noteFailure } from "./session";
import { createStore } from "./store";
import { choose, EMPTY_TREE, merge, type Tree } from "./tree";

/** Threads kept in memory; one more drops the one opened longest ago. */
const THREADS_MAX = 20;

export interface ThreadState {
  status: "loading" | "ready" | "failed" | "missing";
  tree: Tree;
  model: string | null;
  error: ApiError | null;
}

type Threads = ReadonlyMap<string, ThreadState>;

export const threads = createStore<Threads>(new Map());
/** Streaming answers by message id. */
export const live = createStore<ReadonlyMap<string, LiveAnswer>>(new Map());

/** Set by the app: called when an answer has ended, so that titles and order follow. */
let onAnswerEnd: () => void = () => undefined;
export function whenAnswerEnds(run: () => void): void {
  onAnswerEnd = run;
}

const BLANK: ThreadState = { status: "ready", tree: EMPTY_TREE, model: null, error: null };

function put(id: string, change: (thread: ThreadState) => ThreadState): void {
  threads.update((now) => {
    const next = new Map(now);
    const changed = change(now.get(id) ?? BLANK);
    next.delete(id);
    next.set(id, changed);
    for (const oldest of next.keys()) {
      if (next.size <= THREADS_MAX) break;
      next.delete(oldest);
    }
    return next;
  });
}

export function forgetThread(id: string): void {
  threads.update((now) => {
    const next = new Map(now);
    next.delete(id);
    return next;
  });
}

export function forgetThreads(): void {
  leaveAll();
  threads.set(new Map());
}

export function leaveAll(): void {
  for (const answer of live.get().values()) answer.leave();
  live.set(new Map());
}

/** Opens a thread: shows what is known at once, fetches it, and follows what is being written. */
export async function openThread(id: string): Promise<void> {
  put(id, (thread) => (thread.tree.messages.size > 0 ? thread : { ...thread, status: "loading" }));
  try {
    const { conversation, messages } = await api.conversation(id);
    put(id, (thread) => ({
      status: "ready",
      tree: merge(thread.tree, messages),
      model: conversation.model,
      error: null,
    }));
    for (const message of messages) if (message.state === "generating") followMessage(message);
  } catch (cause) {
    const error = noteFailure(cause);
    put(id, (thread) => {
      if (error.kind === "not_found") return { ...thread, status: "missing", error };
      return thread.tree.messages.size > 0 ? { ...thread, status: "ready" } : { ...thread, status: "failed", error };
    });
  }
}

/** A thread whose first message is still in the outbox doesn't exist on the server yet. */
export function openUnsentThread(id: string): void {
  put(id, (thread) => ({ ...thread, status: "ready" }));
}

export function addMessages(conversationId: string, messages: readonly Message[], shown: readonly Message[]): void {
  put(conversationId, (thread) => ({
    ...thread,
    status: "ready",
    tree: shown.reduce(choose, merge(thread.tree, messages)),
  }));
}

export function showVersion(message: Message): void {
  put(message.conversation_id, (thread) => ({ ...thread, tree: choose(thread.tree, message) }));
}

export function followMessage(message: Message): void {
  if (live.get().has(message.id)) return;
  const answer = new LiveAnswer(message.text);
  live.update((now) => new Map(now).set(message.id, answer));
  announce(t.announce.started);
  void follow(
    message.id,
    message.text.length,
    {
      onText: (text) => answer.append(text),
      onReconnecting: (lost) => answer.setReconnecting(lost),
      onEnd: (ended) => settle(ended),
      onError: (error) => {
        noteFailure(error);
        drop(message.id);
        if (error.kind !== "authentication") void openThread(message.conversation_id);
      },
    },
    { signal: answer.signal },
  );
}

function drop(messageId: string): void {
  live.get().get(messageId)?.leave();
  live.update((now) => {
    const next = new Map(now);
    next.delete(messageId);
    return next;
  });
}

/** Takes in a message that has ended, once; the live text gives way to it in the same frame. */
function settle(message: Message): void {
  const known = threads.get().get(message.conversation_id)?.tree.messages.get(message.id);
  const first = known?.state === "generating";
  put(message.conversation_id, (thread) => ({ ...thread, tree: merge(thread.tree, [message]) }));
  drop(message.id);
  if (!first) return;
  if (message.state !== "generating") announce(t.announce[message.state]);
  onAnswerEnd();
}

export async function stop(message: Message): Promise<void> {
  const answer = live.get().get(message.id);
  answer?.setStopping(true);
  try {
    settle(await api.stop(message.id));
  } catch (cause) {
    const error = noteFailure(cause);
    answer?.setStopping(false);
    toast(`${t.errors.stopFailed} ${plainWords(error)}`, "error");
  }
}

export async function regenerate(userMessage: Message, model: string | null): Promise<void> {
  try {
    const { reply } = await api.regenerate(userMessage.id, uuidv7(), model);
    addMessages(reply.conversation_id, [reply], [reply]);
    if (reply.state === "generating") followMessage(reply);
  } catch (cause) {
    const error = noteFailure(cause);
    toast(`${t.errors.regenerateFailed} ${plainWords(error)}`, "error");
  }
}
