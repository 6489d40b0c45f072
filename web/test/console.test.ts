import { describe, expect, it } from "vitest";
import type { Key, Page } from "../src/console/api";
import { rolesOf } from "../src/console/PeoplePage";
import { byGroup, costs, groupOf, sumOf } from "../src/console/UsagePage";

const row = (model: string, input: number, cached: number, output: number) => ({
  model,
  requests: 1,
  uncached_input_tokens: input,
  cache_read_input_tokens: cached,
  output_tokens: output,
});

const page = <T>(data: T[]): Page<T> => ({ data, has_more: false, last_id: null });

describe("usage", () => {
  it("is summed by day and by model, the most used first", () => {
    const buckets = [
      { starting_at: "2026-11-24T00:00:00Z", results: [row("small", 1, 2, 3), row("big", 10, 20, 30)] },
      { starting_at: "2026-11-25T00:00:00Z", results: [row("small", 4, 5, 6)] },
    ];
    expect(sumOf(buckets[0]?.results ?? [])).toEqual({ requests: 2, input: 11, cached: 22, output: 33 });
    expect(byGroup(buckets, groupOf("model", null))).toEqual([
      ["big", { requests: 1, input: 10, cached: 20, output: 30 }],
      ["small", { requests: 2, input: 5, cached: 7, output: 9 }],
    ]);
    expect(byGroup([], groupOf("model", null))).toEqual([]);
    const cost = [
      {
        starting_at: "",
        results: [
          { model: "big", amount: "250" },
          { model: "big", amount: "0.5" },
        ],
      },
    ];
    expect(costs(cost, groupOf("model", null)).get("big")).toBeCloseTo(2.505);
  });

  it("of browsers is one group, whatever id each sign-in has, once the keys are known", () => {
    const results = ["key", "session-1", "session-2"].map((api_key_id) => ({ ...row("small", 1, 0, 0), api_key_id }));
    const ids = (keys: Page<Key> | null) =>
      byGroup([{ starting_at: "", results }], groupOf("api_key_id", keys)).map(([id, sum]) => [id, sum.input]);
    expect(ids(page([{ id: "key", name: "Mine" } as Key]))).toEqual([
      ["", 2],
      ["key", 1],
    ]);
    expect(ids(null)).toEqual([
      ["key", 1],
      ["session-1", 1],
      ["session-2", 1],
    ]);
  });
});

describe("roles that may be given", () => {
  it("never lie above one's own", () => {
    expect(rolesOf("operator")).toContain("operator");
    expect(rolesOf("admin")).not.toContain("operator");
  });
});
