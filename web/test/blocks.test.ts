import { describe, expect, it } from "vitest";
import { BlockStream, mended, parseBlocks, type Block } from "../src/markdown/blocks";

const DOCUMENTS = [
  "One paragraph\nof two lines.\n\nAnother *one*.\n",
  "# Title\nText\n\n## More\n\n- a\n- b\n\n  still b\n- c\n\nEnd.\n",
  "1. one\n\n2. two\n\n3. three\n\nText\n",
  "Before\n\n```python\ndef f():\n    return `1`\n\n\n# no heading\n```\nAfter\n\n~~~\n```\n~~~\n\nEnd\n",
  "  ```js\n  let a = 1;\n    indented\n  ```\n\ntext\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nAfter the table\n",
  "> quote\n> more\n\n> another\n\n---\n\nSetext\n===\n\nend\n",
  "- item\n\n  ```sh\n  ls\n  ```\n\n- next\n\n<details>\n<summary>x</summary>\n\ntext\n\n</details>\n\nend\n",
  "Text $a_1$ then\n\n$$\n\\frac{a}{b}\n\n+ c\n$$\n\nmore \\(x\\) text\n\n\\[ y = z \\]\n\nIt costs $5 and $6.\n",
  "````md\n```\ninner\n```\n````\nout\n",
];

/** A block's content, without the white space that the cut may leave on one side or the other. */
const content = (blocks: readonly Block[]) =>
  blocks.map(({ token }) => ({ type: token.type, text: "text" in token ? String(token.text).trim() : "" }));

/** mulberry32: small, seeded, good enough to choose cuts. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

function cutAt(text: string, next: () => number, longest: number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(next() * longest);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}

describe("BlockStream", () => {
  it.each(DOCUMENTS.map((text, index) => ({ index, text })))(
    "ends with the blocks of the whole text ($index)",
    ({ text }) => {
      for (let seed = 1; seed <= 40; seed++) {
        const stream = new BlockStream();
        for (const chunk of cutAt(text, random(seed), 1 + (seed % 12))) stream.append(chunk);
        expect(content(stream.blocks()), `seed ${seed}`).toEqual(content(parseBlocks(text)));
      }
    },
  );

  it("never changes a finished block", () => {
    const stream = new BlockStream();
    let before: Block[] = [];
    for (const letter of DOCUMENTS.join("\n")) {
      stream.append(letter);
      const finished = stream.blocks().filter((block) => block.finished);
      before.forEach((block, index) => expect(finished[index]).toBe(block));
      before = finished;
    }
    expect(before.length).toBeGreaterThan(20);
  });

  it("looks again at the last two blocks at most, wherever the text is cut", () => {
    const paragraphs = "One line, [linked](#a), and no more.\n\n".repeat(60);
    for (let seed = 1; seed <= 40; seed++) {
      const stream = new BlockStream();
      for (const chunk of cutAt(paragraphs, random(seed), 30)) {
        stream.append(chunk);
        expect(stream.blocks().filter((block) => !block.finished).length, `seed ${seed}`).toBeLessThanOrEqual(2);
      }
    }
  });

  it("shows an open code block as code, without the beginning of its closing fence", () => {
    const stream = new BlockStream();
    stream.append("```java\nint a = 1;\n``");
    const [block] = stream.blocks();
    expect(block?.token).toMatchObject({ type: "code", lang: "java", text: "int a = 1;" });
    expect(block?.finished).toBe(false);
    stream.append("`\n");
    expect(stream.blocks()[0]?.finished).toBe(true);
  });

  it("takes Windows line ends", () => {
    const stream = new BlockStream();
    for (const letter of "a\r\n\r\n```\r\nb\r\n```\r\n") stream.append(letter);
    expect(content(stream.blocks())).toEqual([
      { type: "paragraph", text: "a" },
      { type: "code", text: "b" },
    ]);
  });

  it("reads a long code block in time that grows with its length, not with its square", () => {
    const stream = new BlockStream();
    stream.append("```\n");
    const started = performance.now();
    for (let i = 0; i < 50_000; i++) stream.append("let x = 1;\n");
    // The square would take minutes.
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(stream.blocks()).toHaveLength(1);
  });
});

describe("mended", () => {
  it.each([
    ["some **bold te", "some **bold te**"],
    ["some **", "some "],
    ["some **bold*", "some **bold**"],
    ["call `f(x", "call `f(x`"],
    ["call `", "call "],
    ["see [the page](https://exa", "see the page"],
    ["see [the pa", "see the pa"],
    ["- [ ", "- [ "],
    ["whole **bold** and `code`", "whole **bold** and `code`"],
    ["`**` is bold", "`**` is bold"],
    ["**open**\n\nnext **one", "**open**\n\nnext **one**"],
  ])("%j becomes %j", (tail, expected) => {
    expect(mended(tail)).toBe(expected);
  });
});
