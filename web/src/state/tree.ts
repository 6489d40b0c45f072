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
  /** Which child of a parent is shown; where it says nothing, the newest that is here. */
  choice: ReadonlyMap<string, string>;
  /** The parent under which the part that is here begins: ROOT, or a message that was not fetched yet. */
  top: string;
}

export const EMPTY_TREE: Tree = { messages: new Map(), children: new Map(), choice: new Map(), top: ROOT };

export interface Step {
  message: Message;
  siblings: readonly string[];
}

export const parentKey = (message: Message) => message.parent_id ?? ROOT;

/**
 * Adds new messages and replaces known ones. Siblings stand in the order in which the server took them, whatever the
 * order in which they were heard of: this device's own stands last only until it is acknowledged.
 *
 * @param versions ids of siblings, also of those that were not fetched
 */
export function merge(
  tree: Tree,
  incoming: readonly Message[],
  versions: Readonly<Record<string, readonly string[]>> = {},
): Tree {
  const messages = new Map(tree.messages);
  const children = new Map(tree.children);
  for (const message of incoming) {
    const known = messages.get(message.id);
    messages.set(message.id, known === undefined ? message : newer(known, message));
    const key = parentKey(message);
    const siblings = together(children.get(key) ?? [], versions[message.id] ?? [message.id]);
    children.set(key, byTime(siblings, messages));
  }
  return { ...tree, messages, children };
}

/** All of both, in the order of the longer list. */
function together(known: readonly string[], incoming: readonly string[]): readonly string[] {
  if (incoming.every((id) => known.includes(id))) return known;
  return [...incoming, ...known.filter((id) => !incoming.includes(id))].sort(
    (a, b) => order(known, incoming, a) - order(known, incoming, b),
  );
}

function order(known: readonly string[], incoming: readonly string[], id: string): number {
  const at = incoming.length > 1 || known.length === 0 ? incoming.indexOf(id) : known.indexOf(id);
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}

/** Only where all of them are here; of those of one moment the order stays. */
function byTime(siblings: readonly string[], messages: ReadonlyMap<string, Message>): readonly string[] {
  const times = new Map<string, number>();
  for (const id of siblings) {
    const message = messages.get(id);
    if (message === undefined) return siblings;
    times.set(id, Date.parse(message.created_at));
  }
  const sorted = [...siblings].sort((a, b) => (times.get(a) ?? 0) - (times.get(b) ?? 0));
  return sorted.every((id, at) => id === siblings[at]) ? siblings : sorted;
}

/** Shows this part of a branch, from its first message on. */
export function showBranch(tree: Tree, branch: readonly Message[]): Tree {
  const first = branch[0];
  if (first === undefined) return tree;
  const choice = new Map(tree.choice);
  for (const message of branch) choice.set(parentKey(message), message.id);
  return { ...tree, choice, top: parentKey(first) };
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
  let key = tree.top;
  for (;;) {
    const siblings = tree.children.get(key);
    if (siblings === undefined || siblings.length === 0) return steps;
    const chosen = tree.choice.get(key);
    const id =
      chosen !== undefined && tree.messages.has(chosen) ? chosen : siblings.findLast((one) => tree.messages.has(one));
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
