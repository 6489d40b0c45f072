// @vitest-environment jsdom
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { parseBlocks } from "../src/markdown/blocks";
import { Markdown } from "../src/markdown/Markdown";

const html = (markdown: string) => renderToStaticMarkup(<Markdown blocks={parseBlocks(markdown)} />);

describe("rendered Markdown", () => {
  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    "[x](vbscript:x)",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<img src=x onerror="alert(1)">',
    "text <img src=x onerror=alert(1)> text",
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    '<div style="position:fixed" onclick="alert(1)">x</div>',
    '<form action="https://x.example"><input name=a></form>',
    "![x](javascript:alert(1))",
    "<iframe src='https://x.example'></iframe>",
    "<style>*{display:none}</style>",
  ])("lets nothing run: %s", (hostile) => {
    const holder = document.createElement("div");
    holder.innerHTML = html(hostile);
    expect(holder.querySelector("script, img, iframe, form, style, svg[onload], [style]")).toBeNull();
    for (const element of holder.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on/);
        if (name === "href") expect(value).toMatch(/^(https?:|mailto:|#)/);
      }
    }
  });

  it("opens links in a new tab that can't reach back", () => {
    expect(html("[a](https://example.org)")).toContain('target="_blank" rel="noopener noreferrer"');
    expect(html('<a href="https://example.org">a</a>')).toMatch(/rel="noopener noreferrer"/);
  });

  it("shows a picture as a link and fetches nothing", () => {
    expect(html("![A cat](https://example.org/cat.png)")).toContain(">Image: A cat</a>");
  });

  it("renders tables, tasks and code", () => {
    const out = html("| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n- [x] done\n\n```java\nint a;\n```\n\n`x < y` &amp; more");
    expect(out).toContain('<th scope="col" class="align-center">a</th>');
    expect(out).toContain('<td class="align-right">2</td>');
    expect(out).toContain('type="checkbox"');
    expect(out).toContain("<span>java</span>");
    expect(out).toContain('<code dir="ltr">x &lt; y</code> &amp; more');
  });

  it("reads each block the way of its own words, what a block holds as the block, and code from left to right", () => {
    const holder = document.createElement("div");
    holder.innerHTML = html(
      "# שלום\n\nשלום `a`\n\n- שלום\n\n  abc\n\n> שלום\n\n| א |\n|---|\n| b |\n\n```\nx\n```\n\n$y$",
    );
    const told = [...holder.querySelectorAll("[dir]")].map((one) => `${one.tagName} ${one.getAttribute("dir")}`);
    expect(told).toEqual([
      "H2 auto",
      "P auto",
      "CODE ltr",
      "UL auto",
      "BLOCKQUOTE auto",
      "TABLE auto",
      "FIGURE ltr",
      "P auto",
      "SPAN ltr",
    ]);
  });

  it.each([
    ["a $x^2$ b", "x^2", false],
    ["a \\(x^2\\) b", "x^2", false],
    ["$$\n\\frac{1}{2}\n$$", "\\frac{1}{2}", true],
    ["\\[ y \\]", "y", true],
    ["sum $$y$$ here", "y", true],
  ])("tells a formula from text: %s", (markdown, tex, display) => {
    const holder = document.createElement("div");
    holder.innerHTML = html(markdown);
    expect(holder.querySelector(".math > code")?.textContent).toBe(tex);
    expect(holder.querySelector(".math.display") !== null).toBe(display);
  });

  it.each(["It costs $5 and $6.", "$ 5 and 6 $", "\\$5 or $6", "`$x$`", "a $ b", "```\n$x$\n```"])(
    "leaves what is no formula: %s",
    (markdown) => expect(html(markdown)).not.toContain("math"),
  );

  it("keeps a formula's source out of the page's HTML", () => {
    expect(html("<b>x</b> $a<img src=x onerror=alert(1)>b$ c")).not.toContain("<img");
  });
});
