import { describe, expect, it } from "vitest";
import type { Message } from "../src/api/types";
import { blocksOf, isComparison } from "../src/state/groups";
import type { Step } from "../src/state/tree";

const step = (id: string, together = false): Step => ({
  message: { id, role: id.startsWith("q") ? "user" : "assistant", together } as Message,
  siblings: [id],
});
const shape = (steps: Step[]) =>
  blocksOf(steps).map((block) =>
    block.kind === "one"
      ? block.step.message.id
      : block.pairs.map((pair) => [pair.question, pair.answer].map((one) => one?.message.id ?? "-").join("")),
  );

describe("groups of questions", () => {
  it("puts a question and those asked beside it into one block", () => {
    expect(
      shape([step("q1"), step("a1"), step("q2"), step("a2"), step("q3", true), step("a3"), step("q4", true)]),
    ).toEqual(["q1", "a1", ["q2a2", "q3a3", "q4-"]]);
    expect(shape([step("q1"), step("a1"), step("q2", true), step("a2"), step("q3"), step("a3")])).toEqual([
      ["q1a1", "q2a2"],
      "q3",
      "a3",
    ]);
  });

  it("leaves a thread without them as it is", () => {
    expect(shape([])).toEqual([]);
    expect(shape([step("q1")])).toEqual(["q1"]);
    expect(shape([step("q1"), step("a1"), step("q2")])).toEqual(["q1", "a1", "q2"]);
    // A page that begins in the middle of a group.
    expect(shape([step("a1"), step("q2", true), step("a2")])).toEqual(["a1", "q2", "a2"]);
  });

  it("tells one question to several models from several questions", () => {
    const pair = (text: string) => ({
      question: { message: { text } as Message, siblings: [] },
      answer: null,
    });
    expect(isComparison([pair("a"), pair("a")])).toBe(true);
    expect(isComparison([pair("a"), pair("a"), pair("b")])).toBe(false);
    expect(isComparison([pair("a")])).toBe(false);
  });
});
