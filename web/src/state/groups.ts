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
