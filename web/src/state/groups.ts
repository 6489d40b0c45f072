/**
 * The path that is shown, in blocks: single messages, and questions that were asked together with their answers. A
 * question that was asked beside the one before it has `together`; the one before it begins the group.
 */
import type { Message } from "../api/types";
import type { Step } from "./tree";

export interface Pair {
  question: Step;
  answer: Step | null;
}

export type Block = { kind: "one"; step: Step } | { kind: "together"; id: string; pairs: readonly Pair[] };

export function blocksOf(steps: readonly Step[]): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < steps.length;) {
    const step = steps[at];
    if (step === undefined) break;
    const pairs = pairsFrom(steps, at);
    if (pairs.length > 1) {
      blocks.push({ kind: "together", id: step.message.id, pairs });
      at += pairs.reduce((sum, pair) => sum + (pair.answer === null ? 1 : 2), 0);
    } else {
      blocks.push({ kind: "one", step });
      at++;
    }
  }
  return blocks;
}

/** The question at this place, and those that were asked beside it. */
function pairsFrom(steps: readonly Step[], start: number): Pair[] {
  const pairs: Pair[] = [];
  for (let at = start; ; at += 2) {
    const question = steps[at];
    if (question?.message.role !== "user") return pairs;
    if (pairs.length > 0 && !question.message.together) return pairs;
    const answer = steps[at + 1] ?? null;
    pairs.push({ question, answer });
    if (answer === null) return pairs;
  }
}

/** Blocks of a long thread that are laid out, or left out, together. */
export interface Chunk {
  readonly key: string;
  readonly blocks: readonly Block[];
}

/** A screen or two. */
const CHUNK_BLOCKS = 20;

/**
 * Cuts a thread into chunks. A block stays in the chunk that it came into, and a chunk of the same blocks stays the same
 * object, so that nothing is rendered anew when older messages come above it or new ones below.
 */
export function chunked(before: readonly Chunk[], blocks: readonly Block[]): readonly Chunk[] {
  const homes = new Map(before.flatMap(({ key, blocks: own }) => own.map((block) => [blockId(block), key] as const)));
  const known = new Map(before.map((chunk) => [chunk.key, chunk]));
  const firstKnown = blocks.findIndex((block) => homes.has(blockId(block)));
  const chunks: { key: string; blocks: Block[] }[] = [];
  const used = new Set<string>();
  blocks.forEach((block, at) => {
    const id = blockId(block);
    const home = homes.get(id);
    const open = chunks.at(-1);
    // What stands above is cut from below, so that only the topmost chunk is short.
    const cut =
      open === undefined ||
      open.blocks.length >= CHUNK_BLOCKS ||
      (at < firstKnown && (firstKnown - at) % CHUNK_BLOCKS === 0);
    if (open !== undefined && (home === undefined ? !cut : used.has(home))) {
      open.blocks.push(block);
      return;
    }
    let key = home ?? id;
    while (used.has(key)) key += "+";
    used.add(key);
    chunks.push({ key, blocks: [block] });
  });
  return chunks.map((chunk) => {
    const same = known.get(chunk.key);
    return same?.blocks.length === chunk.blocks.length &&
      chunk.blocks.every((block, at) => sameBlock(block, same.blocks[at] ?? block))
      ? same
      : chunk;
  });
}

/** Whether a message is one of a block's. */
export function holds(block: Block, messageId: string): boolean {
  const messages = block.kind === "one" ? [block.step.message] : messagesOf(block.pairs);
  return messages.some((message) => message.id === messageId);
}

export const blockId = (block: Block) => (block.kind === "one" ? block.step.message.id : block.id);

/** Whether both show the same messages, as they are now, with the same versions. */
export function sameBlock(one: Block, other: Block): boolean {
  if (one.kind === "one") return other.kind === "one" && sameStep(one.step, other.step);
  return (
    other.kind === "together" &&
    one.pairs.length === other.pairs.length &&
    one.pairs.every(({ question, answer }, at) => {
      const pair = other.pairs[at];
      return pair !== undefined && sameStep(question, pair.question) && sameStep(answer, pair.answer);
    })
  );
}

function sameStep(one: Step | null, other: Step | null): boolean {
  if (one === null || other === null) return one === other;
  return one.message === other.message && one.siblings === other.siblings;
}

/** Whether it is one question, asked of several models. */
export function isComparison(pairs: readonly Pair[]): boolean {
  const [first, ...others] = pairs;
  return (
    first !== undefined &&
    others.length > 0 &&
    others.every(({ question }) => question.message.text === first.question.message.text)
  );
}

export function messagesOf(pairs: readonly Pair[]): Message[] {
  return pairs.flatMap(({ question, answer }) =>
    answer === null ? [question.message] : [question.message, answer.message],
  );
}
