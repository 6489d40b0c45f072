/**
 * The threads that were opened, the latest few kept, and the answers of the open one that stream. Owns every follower:
 * a message that is generating and shown has exactly one.
 */
import { api, type ThreadPart } from "../api/client";
import { follow } from "../api/follow";
import { asApiError, type ApiError } from "../api/http";
import type { Conversation, Message, Opinion, Policy, Proposal, Queued, Summary } from "../api/types";
import { t } from "../strings";
import { uuidv7 } from "../lib/uuid";
import { plainWords } from "./errors";
import { LiveAnswer } from "./live";
import { announce, toast } from "./notices";
import { openId } from "./route";
import { noteFailure } from "./session";
import { createStore } from "./store";
import { choose, EMPTY_TREE, merge, path, ROOT, showBranch, type Tree } from "./tree";
import { forgetUnsure, isUnsure, noteUnsure, withUnsure, type Waiting } from "./unsure";

/** Threads kept in memory; one more drops the one opened longest ago. */
const THREADS_MAX = 20;

/** The server's limit of one part of a thread. */
const PART_MAX = 1_000;

export interface ThreadState {
  status: "loading" | "ready" | "failed" | "missing";
  tree: Tree;
  model: string | null;
  policy: Policy;
  queue: readonly Waiting[];
  summaries: readonly Summary[];
  proposals: readonly Proposal[];
  /** A message that was asked for and is still on its way; the branch that it stands on is shown once it is here. */
  wanted: string | null;
  /** Up to which version of the conversation it is here; 0 before it was fetched. */
  version: number;
  loadingOlder: boolean;
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

/** One of any thread that is here. */
export function findMessage(id: string): Message | undefined {
  for (const thread of threads.get().values()) {
    const message = thread.tree.messages.get(id);
    if (message !== undefined) return message;
  }
  return undefined;
}

const BLANK: ThreadState = {
  status: "ready",
  tree: EMPTY_TREE,
  model: null,
  policy: "together",
  queue: [],
  summaries: [],
  proposals: [],
  wanted: null,
  version: 0,
  loadingOlder: false,
  error: null,
};

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

/**
 * Opens a thread: shows what is known at once, fetches what is new, and follows what of that is being written.
 *
 * @param messageId shows this one; of several that are asked for one after the other the last
 */
export async function openThread(id: string, messageId: string | null = null): Promise<void> {
  const known = threads.get().get(id);
  const here = known !== undefined && known.version > 0;
  if (!here) put(id, (thread) => (thread.tree.messages.size > 0 ? thread : { ...thread, status: "loading" }));
  if (messageId !== null) want(id, messageId);
  try {
    if (here) await take(id, { since: known.version });
    if (messageId !== null && threads.get().get(id)?.tree.messages.has(messageId) !== true) {
      await take(id, { under: messageId });
      if (isWanted(id, messageId)) await reach(id, messageId);
    } else if (!here) await take(id, {});
  } catch (cause) {
    const error = noteFailure(cause);
    put(id, (thread) => {
      if (error.kind === "not_found") return { ...thread, status: "missing", error };
      return thread.tree.messages.size > 0 ? { ...thread, status: "ready" } : { ...thread, status: "failed", error };
    });
  } finally {
    if (messageId !== null && isWanted(id, messageId)) want(id, null);
  }
}

const isWanted = (id: string, messageId: string) => threads.get().get(id)?.wanted === messageId;

function want(id: string, messageId: string | null): void {
  put(id, (thread) => ({ ...thread, wanted: messageId }));
}

/** Fetches a part of a thread and shows it. */
async function take(id: string, part: ThreadPart): Promise<void> {
  const { conversation, messages, versions, summaries, queue, proposals } = await api.conversation(id, part);
  put(id, (thread) => {
    const tree = merge(thread.tree, messages, versions);
    return {
      ...thread,
      status: "ready",
      // What is new since a version has no place of its own: it shows where its parent does. And who went on to another
      // version meanwhile doesn't want this one any more.
      tree:
        part.since === undefined && (part.under === undefined || part.under === thread.wanted)
          ? showBranch(tree, messages)
          : tree,
      model: conversation.model,
      policy: conversation.policy,
      queue: withUnsure(id, queue, tree),
      summaries,
      proposals,
      // An older part says nothing of what changed since.
      version: part.before === undefined ? Math.max(thread.version, conversation.version) : thread.version,
      loadingOlder: false,
      error: null,
    };
  });
  for (const message of messages) if (message.state === "generating") followMessage(message);
}

/**
 * Follows what of the open thread is being written. An answer that was being written before another thread was opened,
 * and still is, is not among what is new: its version changes when it begins and when it ends.
 */
export function followRunning(id: string): void {
  if (openId.get() !== id) return;
  const messages = threads.get().get(id)?.tree.messages.values() ?? [];
  for (const message of messages) if (message.state === "generating") followMessage(message);
}

/** Fetches older parts until a message is here: it may stand further above the end than one part goes. */
async function reach(id: string, messageId: string): Promise<void> {
  for (let above: string | undefined; ;) {
    const tree = threads.get().get(id)?.tree ?? EMPTY_TREE;
    const first = path(tree)[0]?.message.id;
    if (tree.messages.has(messageId) || tree.top === ROOT || first === undefined || first === above) return;
    above = first;
    await take(id, { before: first, limit: PART_MAX });
  }
}

/** A change was heard of: fetches it if it isn't here. */
export function threadChanged(conversation: Conversation): void {
  const thread = threads.get().get(conversation.id);
  if (thread === undefined || thread.version >= conversation.version) return;
  if (openId.get() === conversation.id) void openThread(conversation.id);
}

/** Fetches what stands above the part that is here. */
export async function loadOlder(id: string): Promise<void> {
  const thread = threads.get().get(id);
  const first = thread === undefined ? undefined : path(thread.tree)[0]?.message;
  if (thread === undefined || thread.loadingOlder || thread.tree.top === ROOT || first === undefined) return;
  put(id, (now) => ({ ...now, loadingOlder: true }));
  try {
    await take(id, { before: first.id });
  } catch (cause) {
    noteFailure(cause);
    put(id, (now) => ({ ...now, loadingOlder: false }));
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

/** Shows another version of a message, which may not be here yet. */
export function showVersion(conversationId: string, messageId: string): void {
  const message = threads.get().get(conversationId)?.tree.messages.get(messageId);
  if (message === undefined) void openThread(conversationId, messageId);
  else put(conversationId, (thread) => ({ ...thread, wanted: null, tree: choose(thread.tree, message) }));
}

export function followMessage(message: Message): void {
  if (live.get().has(message.id)) return;
  const answer = new LiveAnswer(message);
  live.update((now) => new Map(now).set(message.id, answer));
  announce(t.announce.started);
  void follow(
    message.id,
    message.event_id,
    {
      onText: (text) => answer.append(text),
      onSteps: (steps) => answer.doing(steps),
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

export function addQueued(queued: Queued): void {
  put(queued.conversation_id, (thread) => ({
    ...thread,
    queue: [...thread.queue.filter((one) => one.id !== queued.id), queued],
  }));
}

/**
 * Shows the change at once, and what the server has made of it when it has.
 *
 * @return whether the server has made it; what waits no more was asked, or taken out, elsewhere
 */
async function changeQueue(
  one: Queued,
  shown: readonly Waiting[],
  call: () => Promise<readonly Waiting[]>,
): Promise<boolean> {
  const before = queueOf(one);
  const show = (queue: readonly Waiting[]) => put(one.conversation_id, (thread) => ({ ...thread, queue }));
  show(shown);
  try {
    show(await call());
    return true;
  } catch (cause) {
    const error = noteFailure(cause);
    // Without a network nothing else would bring it back.
    if (error.passing) show(before);
    if (error.kind !== "not_found") toast(`${t.errors.queueFailed} ${plainWords(error)}`, "error");
    void openThread(one.conversation_id);
    return false;
  }
}

const queueOf = (one: Queued) => threads.get().get(one.conversation_id)?.queue ?? [];

const queueWithout = (one: Queued) => queueOf(one).filter((other) => other.id !== one.id);

export function moveQueued(one: Queued, index: number): Promise<boolean> {
  return changeQueue(one, queueWithout(one).toSpliced(index, 0, one), async () => {
    const { queue } = await api.changeQueued(one.id, { index });
    return withUnsure(one.conversation_id, queue, threads.get().get(one.conversation_id)?.tree ?? EMPTY_TREE);
  });
}

/** @return whether it waited until now, and waits no more: who goes on with its text has it alone */
export function removeQueued(one: Queued): Promise<boolean> {
  return changeQueue(one, queueWithout(one), async () => {
    try {
      await api.removeQueued(one.id);
      forgetUnsure(one.id);
    } catch (cause) {
      const error = asApiError(cause);
      if (error.passing) noteUnsure(one);
      if (error.kind !== "not_found" || !(await wasRemovedHere(one))) throw error;
    }
    return queueWithout(one);
  });
}

/** @return whether an earlier try has removed it, whose answer was lost; only once, and not where it was asked since */
async function wasRemovedHere(one: Queued): Promise<boolean> {
  if (!isUnsure(one.id)) return false;
  await openThread(one.conversation_id);
  return forgetUnsure(one.id);
}

export async function choosePolicy(conversationId: string, policy: Policy): Promise<void> {
  put(conversationId, (thread) => ({ ...thread, policy }));
  try {
    await api.choosePolicy(conversationId, policy);
  } catch (cause) {
    // Of a conversation that is not on the server yet: it holds for this page.
    noteFailure(cause);
  }
}

/** What the person has answered is gone at once, and comes back where the server did not hear of it. */
export async function answerProposal(
  conversationId: string,
  proposal: Proposal,
  work: Promise<unknown>,
): Promise<boolean> {
  put(conversationId, (thread) => ({
    ...thread,
    proposals: thread.proposals.filter((one) => one.id !== proposal.id),
  }));
  try {
    await work;
    return true;
  } catch (cause) {
    const error = noteFailure(cause);
    if (error.kind !== "not_found") {
      toast(plainWords(error), "error");
      put(conversationId, (thread) => ({ ...thread, proposals: [...thread.proposals, proposal] }));
    }
    return false;
  }
}

/** Shows an opinion at once, and takes it back where the server did not keep it. */
export async function judge(answer: Message, opinion: Opinion | null): Promise<void> {
  const show = (feedback: Opinion | null) =>
    put(answer.conversation_id, (thread) => ({ ...thread, tree: merge(thread.tree, [{ ...answer, feedback }]) }));
  show(opinion);
  try {
    await (opinion === null ? api.takeJudgementBack(answer.id) : api.judge(answer.id, opinion));
  } catch (cause) {
    show(answer.feedback);
    toast(plainWords(noteFailure(cause)), "error");
  }
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

/** Goes on with one answer of a comparison, as if the others had not been asked for. */
export async function keepAnswer(answer: Message): Promise<void> {
  try {
    const { reply } = await api.keep(answer.id, uuidv7());
    // The question as it was asked first lies above the comparison: its newest answer is shown, which is this one.
    addMessages(reply.conversation_id, [reply], [reply]);
  } catch (cause) {
    toast(`${t.errors.keepFailed} ${plainWords(noteFailure(cause))}`, "error");
  }
}
