// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import type { Conversation } from "../src/api/types";
import { ageOf } from "../src/lib/format";
import { joined } from "../src/state/conversations";
import { LiveAnswer, segmentsOf, type Segment } from "../src/state/live";
import { activeModel } from "../src/state/models";
import { takeKeyFromAddress } from "../src/state/session";

const conversation = (id: string, updated_at: string, title = id): Conversation => ({
  id,
  title,
  model: null,
  policy: "together" as const,
  instructions: "",
  project_id: null,
  draft: "",
  read_id: null,
  created_at: updated_at,
  updated_at,
  version: title === id ? 1 : 2,
  pinned: false,
  archived: false,
  deleted: false,
});

describe("a live answer", () => {
  it("tells its reader once a frame, however many pieces came", () => {
    const frames: (() => void)[] = [];
    const answer = new LiveAnswer({ text: "", steps: [] }, (run) => frames.push(run));
    let told = 0;
    answer.subscribe(() => told++);
    for (const letter of "Hello **world**") answer.append(letter);
    expect(frames).toHaveLength(1);
    expect(answer.current().length).toBe(0);
    frames[0]?.();
    expect(told).toBe(1);
    expect(answer.current()).toMatchObject({ length: 15, reconnecting: false });
    expect(answer.current().segments[0]?.blocks).toHaveLength(1);
  });

  it("puts steps between the words where they belong, as the finished answer has them", () => {
    const frames: (() => void)[] = [];
    const step = (index: number, at: number, text: string) =>
      ({ index, type: "thinking", at, name: null, text }) as const;
    const answer = new LiveAnswer({ text: "Let", steps: [step(0, 0, "Hm")] }, (run) => frames.push(run));
    answer.doing([step(0, 0, "."), step(1, 12, "Two"), step(2, 12, "Three")]);
    expect(answer.current().doing).toBe(false);
    answer.append(" me look.There are two.");
    frames[0]?.();
    const whole = segmentsOf("Let me look.There are two.", [
      step(0, 0, "Hm."),
      step(1, 12, "Two"),
      step(2, 12, "Three"),
    ]);
    const raw = (segments: readonly Segment[]) =>
      segments.map((one) => [one.steps.map((two) => two.text), one.blocks.map((block) => block.raw)]);
    expect(raw(answer.current().segments)).toEqual(raw(whole));
    expect(raw(whole)).toEqual([
      [["Hm."], ["Let me look."]],
      [["Two", "Three"], ["There are two."]],
    ]);
  });
});

describe("pages of conversations", () => {
  it("join by last change, each once, the newer copy", () => {
    const old = conversation("a", "2026-01-01");
    const renamed = conversation("a", "2026-01-01", "renamed");
    const newest = conversation("b", "2026-02-01");
    expect(joined([old], [newest, renamed])).toEqual([newest, renamed]);
  });
});

describe("ages", () => {
  it("go by the calendar", () => {
    const now = new Date(2026, 10, 24, 0, 30);
    const at = (...parts: [number, number, number, number]) => ageOf(new Date(...parts).toISOString(), now);
    expect(at(2026, 10, 24, 0)).toBe("today");
    expect(at(2026, 10, 23, 23)).toBe("yesterday");
    expect(at(2026, 10, 20, 12)).toBe("week");
    expect(at(2026, 10, 1, 12)).toBe("month");
    expect(at(2025, 10, 1, 12)).toBe("older");
  });
});

describe("the model in use", () => {
  const model = (id: string, isDefault = false) => ({
    id,
    display_name: id,
    context_length: 1,
    ready: true,
    default: isDefault,
  });
  const known = { models: [model("a"), model("b", true), model("c")], loading: null, known: true, error: null };
  it("is the picked one, else the conversation's, else the default", () => {
    expect(activeModel(known, "a", "c")?.id).toBe("a");
    expect(activeModel(known, null, "c")?.id).toBe("c");
    expect(activeModel(known, null, "gone")?.id).toBe("b");
    expect(activeModel({ ...known, models: [] }, null, null)).toBeNull();
  });
});

describe("a key in the address", () => {
  it("is taken and removed", () => {
    history.replaceState(null, "", "/?x=1#key=sk-stoa-a%2Bb");
    expect(takeKeyFromAddress()).toBe("sk-stoa-a+b");
    expect(location.href).not.toContain("sk-stoa");
    expect(location.search).toBe("?x=1");
  });
  it("is nothing where there is none", () => {
    history.replaceState(null, "", "/#/c/0193b000-0000-7000-8000-000000000001");
    expect(takeKeyFromAddress()).toBeNull();
    expect(location.hash).toContain("0193b000");
  });
});
