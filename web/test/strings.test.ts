import { describe, expect, it } from "vitest";
import { de } from "../src/strings/de";
import { en } from "../src/strings/en";
import { de as consoleDe } from "../src/console/words.de";
import { en as consoleEn } from "../src/console/words.en";

/** Every text by its place; functions are called with plain arguments. */
function texts(node: unknown, place = ""): [string, string][] {
  if (typeof node === "string") return [[place, node]];
  if (typeof node === "function") return [[place, String((node as (...args: unknown[]) => unknown)(2, 3, 4))]];
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([name, value]) => texts(value, `${place}.${name}`));
}

describe("the page's words", () => {
  it("are there in German wherever they are in English, and are German", () => {
    const english = new Map(texts(en));
    const german = new Map(texts(de));
    expect([...german.keys()]).toEqual([...english.keys()]);
    const same = [...german].filter(([place, text]) => text === english.get(place)).map(([place]) => place);
    expect(same).toEqual([".app.name", ".signIn.placeholder", ".passkeys.title", ".passkeys.one", ".code.region"]);
    expect([...german.values()].every((text) => text.trim() !== "")).toBe(true);
  });

  it("are there in German for the console too", () => {
    const english = new Map(texts(consoleEn));
    const german = new Map(texts(consoleDe));
    expect([...german.keys()]).toEqual([...english.keys()]);
    expect([...german].filter(([place, text]) => text === english.get(place))).toEqual([]);
  });
});
