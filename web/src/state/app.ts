/** What happens when: signing in and out, opening a conversation, coming back to the page. */
import { uuidv7 } from "../lib/uuid";
import { t } from "../strings";
import { conversations, forgetConversations, refreshConversations, whenHeard } from "./conversations";
import { hearDraft, keepDraft } from "./drafts";
import { comparedModel, pickedModel, watchModels } from "./models";
import { online } from "./online";
import { emptyOutbox, itemsOf, outbox, post, restoreOutbox, retryAll } from "./outbox";
import { beginning, instructionsToBegin, loadPersonal } from "./personal";
import { signOnWords } from "./errors";
import { toast } from "./notices";
import { go, jump, openId, signOnEnd, startRouting } from "./route";
import { openSession, session, takeKeyFromAddress } from "./session";
import {
  followRunning,
  forgetThreads,
  leaveAll,
  openThread,
  openUnsentThread,
  removeQueued,
  stop,
  threads,
  whenAnswerEnds,
} from "./threads";
import { markRead, markUnread, noteReading } from "./reading";
import { startSync } from "./sync";
import { leafOf, path } from "./tree";
import { restoreUnsure } from "./unsure";
import type { Attachment, Message, Policy, Queued } from "../api/types";

/** Coming back within this time asks nothing: a quick look at another tab is not an absence. */
const ABSENCE_MS = 5_000;

let stopModels: () => void = () => undefined;
let stopSync: () => void = () => undefined;

export function startApp(): void {
  const key = takeKeyFromAddress();
  startRouting();
  whenHeard((before, now) => {
    hearDraft(before, now);
    if (before === undefined) return;
    if (before.read_id !== now.read_id) markRead(now.id);
    // Only an answer that ended moves a conversation to the front without anybody having said something here.
    else if (before.updated_at !== now.updated_at && before.title === now.title) markUnread(now.id);
  });
  threads.subscribe(noteReading);
  openId.subscribe(noteReading);
  whenAnswerEnds(() => void refreshConversations());
  const end = signOnEnd.get();
  let member: string | null = null;
  session.subscribe(() => {
    const now = session.get();
    const next = now.status === "in" ? now.member.id : null;
    if (next === member) return;
    leave();
    member = next;
    if (next !== null) enter();
    // Whoever is signed in wanted to link an account.
    if (next !== null && end !== null && signOnEnd.get() !== null) {
      signOnEnd.set(null);
      toast(signOnWords(end), end === "linked" ? "info" : "error");
    }
  });
  openId.subscribe(openCurrent);
  online.subscribe(() => {
    if (!online.get()) return;
    if (session.get().status === "unknown") void openSession(null);
    retryAll();
  });
  let hiddenAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    noteReading();
    if (document.hidden) hiddenAt = Date.now();
    else if (session.get().status === "in" && Date.now() - hiddenAt > ABSENCE_MS) {
      retryAll();
      void refreshConversations();
      openCurrent();
    }
  });
  void openSession(key);
}

function enter(): void {
  restoreOutbox();
  restoreUnsure();
  stopModels = watchModels();
  stopSync = startSync();
  void refreshConversations();
  void loadPersonal();
  openCurrent();
}

function leave(): void {
  stopModels();
  stopSync();
  emptyOutbox();
  forgetThreads();
  forgetConversations();
  pickedModel.set(null);
  comparedModel.set(null);
}

let shownId: string | null = null;

function openCurrent(): void {
  if (session.get().status !== "in") return;
  const id = openId.get();
  if (id !== shownId) leaveAll();
  shownId = id;
  if (id === null) return;
  const unsent = itemsOf(outbox.get(), id).some((item) => item.opensConversation);
  if (unsent) openUnsentThread(id);
  // Also without a network: a follower tries until there is one.
  else void openThread(id, jump.get()?.messageId ?? null).then(() => followRunning(id));
}

/**
 * Sends what was typed; a first message opens a conversation of its own. Several parts are questions of their own that
 * are answered together; they stand in the thread in this order.
 */
export function say(parts: readonly string[], attachments: readonly Attachment[]): void {
  const existing = openId.get();
  const conversationId = existing ?? uuidv7();
  const thread = threads.get().get(conversationId);
  keepDraft(existing, "");
  const opensConversation = existing === null || !isKnown(conversationId);
  // A page that started without a network has not seen the thread.
  const unseen =
    existing !== null && (thread === undefined || thread.status === "failed" || thread.status === "loading");
  const unsent = itemsOf(outbox.get(), conversationId).at(-1);
  const leaf = thread === undefined ? null : leafOf(thread.tree);
  let parentId = unsent?.replyId ?? leaf?.id ?? null;
  // Where nothing is being written there is nothing to be beside: the question follows what has been said.
  const busy =
    unsent !== undefined ||
    (thread !== undefined && path(thread.tree).some((step) => step.message.state === "generating"));
  let policy: Policy | null = busy ? (thread?.policy ?? null) : null;
  const compared = comparedModel.get();
  const alone = parts[0];
  const beside = compared !== null && parts.length === 1 && alone !== undefined;
  const said = beside ? [alone, alone] : parts;
  const models = beside ? [pickedModel.get(), compared] : said.map(() => pickedModel.get());
  const begun = { instructions: instructionsToBegin(), projectId: beginning.get().projectId };
  for (const [at, text] of said.entries()) {
    const replyId = uuidv7();
    post({
      id: uuidv7(),
      replyId,
      conversationId,
      opensConversation,
      parentId,
      ...(unseen && parentId === null ? { atEnd: true } : {}),
      text,
      attachments: [...attachments],
      model: models[at] ?? null,
      ...(opensConversation ? begun : {}),
      policy,
    });
    parentId = replyId;
    policy = "together";
  }
  if (existing === null) {
    beginning.set({ presetId: null, projectId: null });
    openUnsentThread(conversationId);
    go(conversationId);
  }
}

/** Asks a question anew in other words: a branch beside it. */
export function sayInstead(question: Message, text: string): void {
  post({
    id: uuidv7(),
    replyId: uuidv7(),
    conversationId: question.conversation_id,
    opensConversation: false,
    parentId: question.parent_id,
    text,
    attachments: question.attachments,
    model: pickedModel.get(),
    policy: question.together ? "together" : "instead",
  });
}

/** Asks the model to go on with an answer that ended early. */
export function askToGoOn(answer: Message): void {
  post({
    id: uuidv7(),
    replyId: uuidv7(),
    conversationId: answer.conversation_id,
    opensConversation: false,
    parentId: answer.id,
    text: t.message.goOnText,
    attachments: [],
    model: answer.model,
    policy: null,
  });
}

/** Asks at once what waits for an answer that failed. */
export async function sendQueued(queued: Queued): Promise<void> {
  if (!(await removeQueued(queued))) return;
  post({
    id: uuidv7(),
    replyId: uuidv7(),
    conversationId: queued.conversation_id,
    opensConversation: false,
    parentId: queued.after_id,
    text: queued.text,
    attachments: queued.attachments,
    model: queued.model,
    policy: null,
  });
}

/** Takes a split back: its answers are stopped, and the whole message is asked in their place, as a branch. */
export async function unsplit(first: Message, parts: readonly Message[]): Promise<void> {
  const running = parts.filter((one) => one.state === "generating");
  await Promise.all(running.map((one) => stop(one)));
  const questions = parts.filter((one) => one.role === "user").map((one) => one.text);
  sayInstead({ ...first, together: false }, questions.join("\n\n"));
}

function isKnown(conversationId: string): boolean {
  const known = threads.get().get(conversationId);
  return (
    (known !== undefined && known.tree.messages.size > 0) ||
    conversations.get().items.some((one) => one.id === conversationId)
  );
}
