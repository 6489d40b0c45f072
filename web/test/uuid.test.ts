import { describe, expect, it } from "vitest";
import { uuidv7 } from "../src/lib/uuid";

describe("uuidv7", () => {
  it("has the version, the variant and the time", () => {
    const before = Date.now();
    const id = uuidv7();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const ms = parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now() + 1);
  });

  it("counts up within one millisecond, and past its counter's end", () => {
    const source = { now: () => 4_000_000_000_000, random: (bytes: Uint8Array) => void bytes.fill(0xff) };
    const ids = Array.from({ length: 10_000 }, () => uuidv7(source));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("never goes back when the clock does", () => {
    const at = (ms: number) => uuidv7({ now: () => ms, random: (bytes) => void crypto.getRandomValues(bytes) });
    const first = at(5_000_000_000_000);
    expect(at(4_999_999_999_000) > first).toBe(true);
  });
});
