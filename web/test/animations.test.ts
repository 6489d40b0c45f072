import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("what moves without an end moves in steps", () => {
  const folder = new URL("../src/styles/", import.meta.url);
  const endless = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/animation[^;{}]*infinite[^;{}]*;/g)].map(
      ([rule]) => `${file}: ${rule}`,
    ),
  );
  expect(endless).not.toEqual([]);
  expect(endless.filter((rule) => !rule.includes("var(--paced)"))).toEqual([]);
});
