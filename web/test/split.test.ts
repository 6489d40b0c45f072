import { describe, expect, it } from "vitest";
import { splitQuestions } from "../src/lib/split";

describe("splitting a message with several questions", () => {
  it("takes list items, each with what stands before the list", () => {
    expect(splitQuestions("About Paris:\n1. How many people live there?\n2) How old is it?")).toEqual([
      "About Paris:\n\nHow many people live there?",
      "About Paris:\n\nHow old is it?",
    ]);
    expect(splitQuestions("- Name a river\n- Name a lake\n  in Italy\n- Why is the sky blue?")).toEqual([
      "Name a river",
      "Name a lake\nin Italy",
      "Why is the sky blue?",
    ]);
  });

  it("takes sentences where each asks for itself", () => {
    expect(splitQuestions("What is the capital of France? How tall is Mont Blanc?")).toEqual([
      "What is the capital of France?",
      "How tall is Mont Blanc?",
    ]);
    expect(splitQuestions("Who wrote Emma?\nWhat is 3.5 times 2?")).toEqual([
      "Who wrote Emma?",
      "What is 3.5 times 2?",
    ]);
  });

  it("leaves one question, steps, and what belongs together", () => {
    for (const whole of [
      "",
      "Why?",
      "What is a monad?",
      "What is a monad? Explain it simply.",
      "Who was Ada Lovelace? When did they build it?",
      "Is it true? And why?",
      "Shopping:\n- milk\n- bread",
      "1. Boil water\n2. Add salt\n\nIs this right?",
      "Why does this fail?\n```\n1. a?\n2. b?\n```\nWhat now?",
      Array.from({ length: 9 }, (_, i) => `Why is ${i} odd?`).join(" "),
    ]) {
      expect(splitQuestions(whole), whole).toBeNull();
    }
  });
});
