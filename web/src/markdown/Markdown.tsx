/** Blocks of Markdown as React elements. A block that is unchanged is not rendered again. */
import type { Token, Tokens } from "marked";
import { memo, type ReactNode } from "react";
import { t } from "../strings";
import type { Block } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import { Inline } from "./inline";
import { MathView } from "./MathView";
import type { MathToken } from "./math";
import { safeHtml } from "./safe";

/** Levels of headings in the page's outline, whose h1 is above: a model that leaves one out makes no hole in it. */
function levelsOf(blocks: readonly Block[]): number[] {
  let last = 1;
  return blocks.map(({ token }) => {
    if (token.type !== "heading") return last;
    last = Math.min((token as Tokens.Heading).depth + 1, last + 1, 6);
    return last;
  });
}

export function Markdown({ blocks }: { blocks: readonly Block[] }) {
  const levels = levelsOf(blocks);
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        // Blocks are only ever added at the end, so the index is the block.
        <BlockView key={index} block={block} level={levels[index] ?? 2} />
      ))}
    </div>
  );
}

const BlockView = memo(
  function BlockView({ block, level }: { block: Block; level: number }) {
    return <BlockToken token={block.token} finished={block.finished} level={level} dir="auto" />;
  },
  (before, after) => isSame(before.block, after.block) && before.level === after.level,
);

/** What stands in brackets may be a link by a definition that came later; all else is what its source says. */
function isSame(before: Block, after: Block): boolean {
  if (before.token === after.token) return before.finished === after.finished;
  return before.raw === after.raw && before.finished === after.finished && !after.raw.includes("[");
}

interface TokenProps {
  token: Token;
  finished: boolean;
  level?: number;
  /** Which way it is read: each block by its own words, and what it holds as the block. Code and formulas are ltr. */
  dir?: "auto";
}

function BlockToken({ token, finished, level = 6, dir }: TokenProps): ReactNode {
  switch (token.type) {
    case "paragraph":
      return (
        <p dir={dir}>
          <Inline tokens={token.tokens} />
        </p>
      );
    case "heading": {
      const Heading = (["h2", "h3", "h4", "h5", "h6"] as const)[level - 2] ?? "h6";
      return (
        <Heading data-depth={(token as Tokens.Heading).depth} dir={dir}>
          <Inline tokens={token.tokens} />
        </Heading>
      );
    }
    case "code": {
      const code = token as Tokens.Code;
      return <CodeBlock code={code.text} info={code.lang ?? ""} finished={finished} />;
    }
    case "blockquote":
      return (
        <blockquote dir={dir}>
          <Nested tokens={token.tokens} finished={finished} />
        </blockquote>
      );
    case "list":
      return <List list={token as Tokens.List} finished={finished} dir={dir} />;
    case "table":
      return <Table table={token as Tokens.Table} dir={dir} />;
    case "math":
      return (
        <div className="math-block" tabIndex={0} role="group" aria-label={t.markdown.formula}>
          <MathView tex={(token as MathToken).tex} display />
        </div>
      );
    case "hr":
      return <hr />;
    case "html":
      return <div dir={dir} dangerouslySetInnerHTML={{ __html: safeHtml(token.raw) }} />;
    case "space":
    case "def":
    case "checkbox":
      return null;
    default:
      return <Inline tokens={"tokens" in token ? token.tokens : undefined} text={token.raw} />;
  }
}

function Nested({ tokens, finished }: { tokens: Token[] | undefined; finished: boolean }): ReactNode {
  return (tokens ?? []).map((token, index) => <BlockToken key={index} token={token} finished={finished} />);
}

function List({ list, finished, dir }: { list: Tokens.List; finished: boolean; dir: TokenProps["dir"] }) {
  const items = list.items.map((item, index) => (
    <li key={index} className={item.task ? "task" : undefined}>
      {item.task && (
        <input type="checkbox" checked={item.checked ?? false} disabled aria-label={item.checked ? "✓" : "–"} />
      )}
      <Nested tokens={item.tokens} finished={finished} />
    </li>
  ));
  if (!list.ordered) return <ul dir={dir}>{items}</ul>;
  return (
    <ol start={list.start === "" ? 1 : list.start} dir={dir}>
      {items}
    </ol>
  );
}

function Table({ table, dir }: { table: Tokens.Table; dir: TokenProps["dir"] }) {
  const align = (column: number) => {
    const side = table.align[column];
    return side === undefined || side === null ? undefined : `align-${side}`;
  };
  return (
    // Wide tables scroll inside their own box, which the keyboard must reach.
    <div className="table-scroll" role="region" aria-label={t.markdown.table} tabIndex={0}>
      <table dir={dir}>
        <thead>
          <tr>
            {table.header.map((cell, column) => (
              <th key={column} scope="col" className={align(column)}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} className={align(column)}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
