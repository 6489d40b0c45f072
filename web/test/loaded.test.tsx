// @vitest-environment jsdom
// What the console's pages load: an answer belongs to its question, and a slow one is waited for.
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useEvery, useLoaded, type Loaded } from "../src/console/parts";

let root: Root;
let shown: Loaded<string>;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  root = createRoot(document.createElement("div"));
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function Page({ load }: { load: () => Promise<string> }) {
  shown = useLoaded(load);
  useEvery(shown.look, 2_000);
  return null;
}

interface Question {
  resolve: (value: string) => void;
  reject: (cause: Error) => void;
}

/** Answers when the test wants it to, the oldest question first. */
function slow() {
  const waiting: Question[] = [];
  const load = vi.fn(() => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject })));
  const answer = (end: (one: Question) => void) =>
    act(async () => {
      const next = waiting.shift();
      if (next !== undefined) end(next);
      await Promise.resolve();
    });
  return { load, answer };
}

const open = (load: () => Promise<string>) =>
  act(() => {
    root.render(<Page load={load} />);
  });

describe("what is loaded", () => {
  it("is not shown for another question, not even when that one fails", async () => {
    const byModel = slow();
    const byKey = slow();
    open(byModel.load);
    await byModel.answer((one) => one.resolve("by model"));
    expect(shown.value).toBe("by model");
    open(byKey.load);
    expect(shown.value).toBeNull();
    await byKey.answer((one) => one.reject(new Error()));
    expect(shown.value).toBeNull();
    expect(shown.failed).not.toBeNull();
    open(byModel.load);
    expect(shown.failed).toBeNull();
  });

  it("stays when it can't be loaded anew", async () => {
    const page = slow();
    open(page.load);
    await page.answer((one) => one.resolve("first"));
    act(shown.reload);
    expect(shown.value).toBe("first");
    await page.answer((one) => one.reject(new Error()));
    expect(shown.value).toBe("first");
    expect(shown.failed).not.toBeNull();
  });
});

describe("what is looked at again and again", () => {
  it("waits for an answer that takes longer than the time between two looks", async () => {
    vi.useFakeTimers();
    const page = slow();
    const pass = (ms: number) =>
      act(() => {
        vi.advanceTimersByTime(ms);
      });
    open(page.load);
    pass(9_000);
    expect(page.load).toHaveBeenCalledTimes(1);
    await page.answer((one) => one.resolve("late"));
    expect(shown.value).toBe("late");
    pass(2_000);
    expect(page.load).toHaveBeenCalledTimes(2);
    await page.answer((one) => one.reject(new Error()));
    pass(2_000);
    expect(page.load).toHaveBeenCalledTimes(3);
  });

  it("is asked for at once after an act, whatever is under way", async () => {
    const page = slow();
    open(page.load);
    act(shown.reload);
    expect(page.load).toHaveBeenCalledTimes(2);
    await page.answer((one) => one.resolve("before the act"));
    expect(shown.value).toBeNull();
    await page.answer((one) => one.resolve("after it"));
    expect(shown.value).toBe("after it");
  });
});
