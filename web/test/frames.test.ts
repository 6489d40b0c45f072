// The pace of frames against a clock that is moved by hand.
import { describe, expect, it } from "vitest";
import { frames, PAUSE_MAX_MS, PAUSE_MS, type Ticks } from "../src/state/frames";

/** A page whose frames take so long, until they are painted. */
function page(costMs: number) {
  let now = 1_000;
  const timers: { at: number; run: () => void }[] = [];
  const after: (() => void)[] = [];
  const ticks: Ticks = {
    now: () => now,
    later: (run, ms) => void timers.push({ at: now + ms, run }),
    frame: (run) => void timers.push({ at: now, run }),
    painted: (run) => void after.push(run),
  };
  return {
    ticks,
    /** Lets so much time pass. */
    pass: (ms: number) => {
      const until = now + ms;
      for (;;) {
        const next = timers.sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers.shift();
        now = Math.max(now, next.at);
        next.run();
        if (after.length > 0) now += costMs;
        for (const painted of after.splice(0)) painted();
      }
      now = Math.max(now, until);
    },
  };
}

/** Frames in ten seconds in which something comes every five milliseconds. */
function framesOf(ms: number): number {
  const { ticks, pass } = page(ms);
  const next = frames(ticks);
  let shown = 0;
  let asked = false;
  for (const until = ticks.now() + 10_000; ticks.now() < until;) {
    if (!asked) {
      asked = true;
      next(() => {
        shown++;
        asked = false;
      });
    }
    pass(5);
  }
  return shown;
}

describe("frames of what streams", () => {
  it("are one for all that streams at once, and come at once after a silence", () => {
    const { ticks, pass } = page(1);
    const next = frames(ticks);
    const shown: string[] = [];
    next(() => void shown.push("one"));
    next(() => void shown.push("two"));
    expect(shown).toEqual([]);
    pass(0);
    expect(shown).toEqual(["one", "two"]);
    next(() => void shown.push("soon"));
    pass(PAUSE_MS - 2);
    expect(shown).toHaveLength(2);
    pass(2);
    expect(shown).toHaveLength(3);
  });

  it("come as often as words do where they cost little", () => {
    expect(framesOf(5)).toBeGreaterThan(90);
    expect(framesOf(5)).toBeLessThanOrEqual(101);
  });

  it("take no more than a quarter of a slow page's time, and never stop", () => {
    expect(framesOf(50) * 50).toBeLessThanOrEqual(2_550);
    expect(framesOf(50)).toBeGreaterThan(40);
    expect(framesOf(400)).toBeGreaterThanOrEqual(10_000 / (PAUSE_MAX_MS + 50));
  });
});
