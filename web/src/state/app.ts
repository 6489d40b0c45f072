/** What happens when: signing in and out, opening a conversation, coming back to the page. */
import { uuidv7 } from "../lib/uuid";
import { conversations, forgetConversations, refreshConversations } from "./conversations";
import { keepDraft } from "./drafts";
import { watchModels, pickedModel } from "./models";
import { online } from "./online";
import { emptyOutbox, itemsOf, outbox, post, restoreOutbox, retryAll } from "./outbox";
import { go, openId, startRouting } from "./route";
import { openSession, session, takeKeyFromAddress } from "./session";
import { forgetThreads, leaveAll, openThread, openUnsentThread, threads, whenAnswerEnds } from "./threads";
import { leafOf } from "./tree";

/** Coming back within this time asks nothing: a quick look at another tab is not an absence. */
const ABSENCE_MS = 5_000;

let stopModels: () => void = () => undefined;

export function startApp(): void {
  const key = takeKeyFromAddress();
  startRouting();
  whenAnswerEnds(() => void refreshConversations());
  let member: string | null = null;
  session.subscribe(() => {
    const now = session.get();
    const next = now.status === "in" ? now.member.id : null;
    if (next === member) return;
    leave();
    member = next;
    if (next !== null) enter();
  });
  openId.subscribe(openCurrent);
  online.subscribe(() => {
    if (!online.get()) return;
    if (session.get().status === "unknown") void openSession(null);
    retryAll();
  });
  let hiddenAt = Date.now();
  document.addEventListener("visibilitychange", () => {
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
  stopModels = watchModels();
  void refreshConversations();
  openCurrent();
}

function leave(): void {
  stopModels();
  emptyOutbox();
  forgetThreads();
  forgetConversations();
  pickedModel.set(null);
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
  else void openThread(id);
}

/** Sends what was typed; a first message opens a conversation of its own. */
export function say(text: string): void {
  const existing = openId.get();
  const conversationId = existing ?? uuidv7();
  const thread = threads.get().get(conversationId);
  keepDraft(existing, "");
  post({
    id: uuidv7(),
    replyId: uuidv7(),
    conversationId,
    opensConversation: existing === null || !isKnown(conversationId),
    parentId: thread === undefined ? null : (leafOf(thread.tree)?.id ?? null),
    text,
    model: pickedModel.get(),
  });
  if (existing === null) {
    openUnsentThread(conversationId);
    go(conversationId);
  }
}

function isKnown(conversationId: string): boolean {
  const known = threads.get().get(conversationId);
  return (
    (known !== undefined && known.tree.messages.size > 0) ||
    conversations.get().items.some((one) => one.id === conversationId)
  );
}
