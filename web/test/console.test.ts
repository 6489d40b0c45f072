import { describe, expect, it } from "vitest";
import { rolesOf } from "../src/console/PeoplePage";
import { byGroup, costs, sumOf } from "../src/console/UsagePage";

const row = (model: string, input: number, cached: number, output: number) => ({
  model,
  requests: 1,
  uncached_input_tokens: input,
  cache_read_input_tokens: cached,
  output_tokens: output,
});

describe("usage", () => {
  it("is summed by day and by model, the most used first", () => {
    const buckets = [
      { starting_at: "2026-11-24T00:00:00Z", results: [row("small", 1, 2, 3), row("big", 10, 20, 30)] },
      { starting_at: "2026-11-25T00:00:00Z", results: [row("small", 4, 5, 6)] },
    ];
    expect(sumOf(buckets[0]?.results ?? [])).toEqual({ requests: 2, input: 11, cached: 22, output: 33 });
    expect(byGroup(buckets, "model")).toEqual([
      ["big", { requests: 1, input: 10, cached: 20, output: 30 }],
      ["small", { requests: 2, input: 5, cached: 7, output: 9 }],
    ]);
    expect(byGroup([], "model")).toEqual([]);
    const cost = [
      {
        starting_at: "",
        results: [
          { model: "big", amount: "250" },
          { model: "big", amount: "0.5" },
        ],
      },
    ];
    expect(costs(cost, "model").get("big")).toBeCloseTo(2.505);
  });
});

describe("roles that may be given", () => {
  it("never lie above one's own", () => {
    expect(rolesOf("operator")).toContain("operator");
    expect(rolesOf("admin")).not.toContain("operator");
  });
});
