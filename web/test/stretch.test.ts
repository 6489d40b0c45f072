// What of a long thread is on the page, as a reader goes up and down in it.
import { describe, expect, it } from "vitest";
import { chunked, type Block, type Chunk } from "../src/state/groups";
import {
  around,
  AT_END,
  boundsOf,
  grownDown,
  grownUp,
  placeOfMessage,
  SHOWN_MAX,
  sizeOf,
  STEP,
  stretchOf,
  type Stretch,
} from "../src/state/stretch";
import { message } from "./messages";

const CHUNK_MAX = 20;
const NONE: string[] = [];
const blocks = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at): Block => {
    const id = `m${from + at}`;
    return { kind: "one", step: { message: message(id, null), siblings: NONE } };
  });
const ids = (chunks: readonly Chunk[]) =>
  chunks.flatMap((chunk) => chunk.blocks.map((block) => (block.kind === "one" ? block.step.message.id : block.id)));
const shown = (chunks: readonly Chunk[], stretch: Stretch) => {
  const { from, to } = boundsOf(chunks, stretch);
  return ids(chunks.slice(from, to));
};
const thread = chunked([], blocks(0, 2_000));
const atEnd = stretchOf(thread, boundsOf(thread, AT_END));

describe("a stretch of a long thread", () => {
  it("begins as a screen or two before the end", () => {
    expect(shown(thread, AT_END)).toHaveLength(STEP);
    expect(shown(thread, AT_END).at(-1)).toBe("m1999");
    const short = chunked([], blocks(0, 30));
    expect(shown(short, AT_END)).toHaveLength(30);
    expect(shown([], AT_END)).toEqual([]);
  });

  it("keeps its beginning as the thread goes on, and as older messages come", () => {
    const longer = chunked(thread, blocks(0, 2_050));
    expect(shown(longer, atEnd)[0]).toBe("m1900");
    expect(shown(longer, atEnd).at(-1)).toBe("m2049");
    const later = chunked([], blocks(1_000, 2_000));
    const stretch = stretchOf(later, boundsOf(later, AT_END));
    expect(shown(chunked(later, blocks(0, 2_000)), stretch)[0]).toBe(shown(later, stretch)[0]);
  });

  it("lies at the end again where its place is on no branch that is shown", () => {
    const other = chunked([], blocks(5_000, 5_300));
    expect(shown(other, { first: "m1900", last: null })).toHaveLength(STEP);
    expect(shown(other, { first: "m1900", last: "m1920" }).at(-1)).toBe("m5299");
  });

  it("shows a message with what stands around it", () => {
    const now = shown(thread, stretchOf(thread, around(thread, placeOfMessage(thread, "m700"))));
    expect(now).toContain("m700");
    expect(now.indexOf("m700")).toBeGreaterThanOrEqual(STEP);
    expect(now.length - now.indexOf("m700")).toBeGreaterThan(STEP);
    expect(placeOfMessage(thread, "elsewhere")).toBe(-1);
  });

  it("moves by steps, never larger than it may be, and shows every message on the way, wherever chunks were cut", () => {
    let seed = 11;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 20; round++) {
      let chunks: readonly Chunk[] = [];
      for (let from = 1_500 + random(400); from > 0; from -= 1 + random(300))
        chunks = chunked(chunks, blocks(from, 2_000));
      chunks = chunked(chunks, blocks(0, 2_000));
      let bounds = boundsOf(chunks, AT_END);
      const seen = new Set<string>();
      const step = (grown: typeof grownUp) => {
        const next = grown(chunks, bounds);
        // The neighbouring edge stays on the page: nobody loses what he reads.
        expect(next.from).toBeLessThan(bounds.to);
        expect(next.to).toBeGreaterThan(bounds.from);
        bounds = boundsOf(chunks, stretchOf(chunks, next));
        expect(bounds).toEqual(next);
        expect(sizeOf(chunks, bounds)).toBeLessThan(SHOWN_MAX + CHUNK_MAX);
        ids(chunks.slice(bounds.from, bounds.to)).forEach((id) => seen.add(id));
      };
      while (bounds.from > 0) step(grownUp);
      expect(seen.size).toBe(2_000);
      seen.clear();
      while (bounds.to < chunks.length) step(grownDown);
      expect(seen.size).toBeGreaterThanOrEqual(2_000 - SHOWN_MAX);
      expect(stretchOf(chunks, bounds).last).toBeNull();
    }
  });
});
