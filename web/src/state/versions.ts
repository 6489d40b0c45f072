/** Versions of an answer: which one is read, in a thread and in a group, and making another. */
import { api } from "../api/client";
import type { Message } from "../api/types";
import { uuidv7 } from "../lib/uuid";
import { t } from "../strings";
import { plainWords } from "./errors";
import { toast } from "./notices";
import { noteFailure } from "./session";
import { addMessages, findMessage, followMessage } from "./threads";

/** The server hears of choices one after the other, in the order in which they were made. */
let told: Promise<void> = Promise.resolve();

/**
 * In a group of questions that were asked together an answer is read in the place of another: the thread's own stays on
 * the path, because the other questions of the group stand behind it. Later turns see the one that was chosen. Shows the
 * choice at once, and takes it back where the server did not keep it.
 */
export function chooseVersion(onPath: string, chosen: string): Promise<void> {
  const before = findMessage(onPath)?.chosen_id ?? null;
  show(onPath, chosen);
  told = told.then(async () => {
    try {
      await api.choose(onPath, chosen);
    } catch (cause) {
      if (findMessage(onPath)?.chosen_id === chosen) show(onPath, before);
      toast(plainWords(noteFailure(cause)), "error");
    }
  });
  return told;
}

function show(onPath: string, chosen: string | null): void {
  const place = findMessage(onPath);
  if (place !== undefined) addMessages(place.conversation_id, [{ ...place, chosen_id: chosen }], []);
}

/** Fetches a version that the thread doesn't have here, and shows nothing else for it. */
export async function loadVersion(conversationId: string, id: string): Promise<void> {
  try {
    const thread = await api.conversation(conversationId, { under: id });
    addMessages(conversationId, thread.messages, []);
  } catch (cause) {
    noteFailure(cause);
  }
}

/** @param onPath the answer that stays on the path; null shows the new one there */
export async function regenerate(
  userMessage: Message,
  model: string | null,
  onPath: string | null = null,
): Promise<void> {
  try {
    const { reply } = await api.regenerate(userMessage.id, uuidv7(), model);
    addMessages(reply.conversation_id, [reply], onPath === null ? [reply] : []);
    if (onPath !== null) void chooseVersion(onPath, reply.id);
    if (reply.state === "generating") followMessage(reply);
  } catch (cause) {
    const error = noteFailure(cause);
    toast(`${t.errors.regenerateFailed} ${plainWords(error)}`, "error");
  }
}
