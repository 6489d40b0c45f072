/**
 * Waiting questions whose removal got no answer. The server may have removed them, and then their text is only here: it
 * is kept, also over a reload, until the person takes it out or the server turns out to have asked it.
 */
import type { Queued } from "../api/types";
import { drop, keep, keptJson, keptNames } from "./storage";
import type { Tree } from "./tree";

const NAME = "unsure.";

/** A question as it is shown: one that is only here is asked by nobody but the person. */
export interface Waiting extends Queued {
  onlyHere?: true;
}

const unsure = new Map<string, Queued>();

/** Takes up what an earlier page of this member left. */
export function restoreUnsure(): void {
  unsure.clear();
  for (const name of keptNames(NAME)) {
    const one = keptJson(name) as Queued | null;
    if (one === null) drop(name);
    else unsure.set(one.id, one);
  }
}

export function noteUnsure(one: Queued): void {
  unsure.set(one.id, one);
  keep(NAME + one.id, JSON.stringify(one));
}

export const isUnsure = (id: string) => unsure.has(id);

/** @return whether it was unsure until now */
export function forgetUnsure(id: string): boolean {
  drop(NAME + id);
  return unsure.delete(id);
}

/** What waits by the server's word, and behind it what may wait no more because of this device's. */
export function withUnsure(conversationId: string, queue: readonly Queued[], tree: Tree): readonly Waiting[] {
  const onlyHere: Waiting[] = [];
  for (const one of unsure.values()) {
    // A question keeps its id when it is asked.
    if (tree.messages.has(one.id)) forgetUnsure(one.id);
    else if (one.conversation_id === conversationId && queue.every(({ id }) => id !== one.id))
      onlyHere.push({ ...one, onlyHere: true });
  }
  return [...queue, ...onlyHere];
}
