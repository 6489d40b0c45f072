import { describe, expect, it } from "vitest";
import { artifactOf, documentOf, fileOf } from "../src/lib/artifacts";

describe("artifacts", () => {
  it("are pages, drawings and documents, and no other code", () => {
    expect(artifactOf("html", "<title>A &b</title>x")).toMatchObject({ kind: "html", title: "A &b" });
    expect(artifactOf("xml", "<svg></svg>")?.kind).toBe("svg");
    expect(artifactOf("md", "text\n## Two words\n")).toMatchObject({ kind: "markdown", title: "Two words" });
    for (const language of ["xml", "js", "", "htmlx"]) expect(artifactOf(language, "<a/>")).toBeNull();
    expect(artifactOf("html", " \n")).toBeNull();
  });

  it("are saved under a name that any system takes", () => {
    const file = (title: string) => fileOf({ kind: "svg", source: "<svg/>", title }).name;
    expect(file("../a:b / Zwölf")).toBe("ab  Zwölf.svg");
    expect(file("")).toBe("artifact.svg");
  });

  it("show a drawing without its XML declaration", () => {
    const shown = documentOf({ kind: "svg", source: '<?xml version="1.0"?>\n<svg/>', title: "" });
    expect(shown).toMatch(/^<!doctype html>.*<svg\/>$/);
  });
});
