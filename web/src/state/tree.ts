/**
 * A conversation's messages as a tree by parent_id, and the one path through it that is shown. Pure functions; ids are
 * UUIDv7, so the newest of several siblings is the last one by id order of creation as the server lists them.
 */
import type { Message } from "../api/types";

export const ROOT = "root";

export interface Tree {
  messages: ReadonlyMap<string, Message>;
  /** Children in the order they were made. */
  children: ReadonlyMap<string, readonly string[]>;
  /** Which child of a parent is shown; where it says nothing, the newest. */
  choice: ReadonlyMap<string, string>;
}

export const EMPTY_TREE: Tree = { messages: new Map(), children: new Map(), choice: new Map() };

export interface Step {
  message: Message;
  siblings: readonly string[];
}

const parentKey = (message: Message) => message.parent_id ?? ROOT;

/** Adds new messages and replaces known ones; the order of siblings never changes. */
export function merge(tree: Tree, incoming: readonly Message[]): Tree {
  const messages = new Map(tree.messages);
  const children = new Map(tree.children);
  for (const message of incoming) {
    const known = messages.get(message.id);
    messages.set(message.id, known === undefined ? message : newer(known, message));
    if (known === undefined) {
      const key = parentKey(message);
      children.set(key, [...(children.get(key) ?? []), message.id]);
    }
  }
  return { messages, children, choice: tree.choice };
}

/** An answer that has ended doesn't start again: a late copy from before its end is ignored. */
function newer(known: Message, incoming: Message): Message {
  if (known.state !== "generating" && incoming.state === "generating") return known;
  return incoming;
}

export function choose(tree: Tree, message: Message): Tree {
  const choice = new Map(tree.choice);
  choice.set(parentKey(message), message.id);
  return { ...tree, choice };
}

/** The path shown, from the first message to a leaf. Ends also on a malformed tree that has a circle. */
export function path(tree: Tree): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  let key = ROOT;
  for (;;) {
    const siblings = tree.children.get(key);
    if (siblings === undefined || siblings.length === 0) return steps;
    const chosen = tree.choice.get(key);
    const id = chosen !== undefined && siblings.includes(chosen) ? chosen : siblings[siblings.length - 1];
    const message = id === undefined ? undefined : tree.messages.get(id);
    if (message === undefined || seen.has(message.id)) return steps;
    seen.add(message.id);
    steps.push({ message, siblings });
    key = message.id;
  }
}

export function leafOf(tree: Tree): Message | null {
  return path(tree).at(-1)?.message ?? null;
}
