/**
 * Cuts Markdown into top-level blocks while it streams. What can't change any more is cut off as a finished block and
 * never looked at again; only the tail, the last block or two, is parsed anew. Inside a fenced code block, the one kind
 * that grows long, not even that: lines are added to it as they come.
 *
 * Two pieces of text are equal in the end: the blocks of a finished stream are those of `parseBlocks` on the whole
 * text, up to reference links whose definition stands below their use (the finished message is parsed whole).
 */
import { Lexer, type MarkedOptions, type Token } from "marked";
import { optionsOf } from "./math";

export interface Block {
  readonly raw: string;
  /** The same object for as long as a finished block of a stream is here. */
  readonly token: Token;
  /** False for the tail of a stream. */
  readonly finished: boolean;
}

const WHOLE = optionsOf(false);
const GROWING = optionsOf(true);

export function parseBlocks(text: string): Block[] {
  return lex(text.replaceAll("\r", ""), WHOLE).map((token) => ({ raw: token.raw, token, finished: true }));
}

function lex(text: string, options: MarkedOptions): Token[] {
  return new Lexer(options).lex(text).filter((token) => token.type !== "space" && token.type !== "def");
}

const FENCE_OPEN = /^( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,})([^\n]*)\n/;

export class BlockStream {
  private done: Block[] = [];
  private tail = "";
  private fence: OpenFence | null = null;

  append(text: string): void {
    let rest = text.replaceAll("\r", "");
    while (rest !== "") {
      if (this.fence === null) {
        this.tail += rest;
        rest = this.cut();
      } else {
        rest = this.fence.append(rest) ?? "";
        if (this.fence.closed) {
          this.done.push(this.fence.block());
          this.fence = null;
        }
      }
    }
  }

  blocks(): Block[] {
    if (this.fence !== null) return [...this.done, this.fence.block()];
    const tail = lex(mended(this.tail), GROWING).map((token) => ({ raw: token.raw, token, finished: false }));
    return [...this.done, ...tail];
  }

  /** Moves finished blocks out of the tail; returns the text that an opened fence is to take. */
  private cut(): string {
    // Most of what comes ends no line, and then no block.
    if (!this.tail.includes("\n")) return "";
    const tokens = new Lexer(GROWING).lex(this.tail);
    const isBlock = ({ type }: Token) => type !== "space";
    let last = tokens.findLastIndex(isBlock);
    // A line decides what block it belongs to only when all of it is here: "2" may become "2. " and join a list.
    if (tokens[last]?.raw.includes("\n") === false) last = tokens.slice(0, last).findLastIndex(isBlock);
    if (last < 0) return "";
    let length = 0;
    for (const token of tokens.slice(0, last)) {
      length += token.raw.length;
      if (token.type !== "space" && token.type !== "def") {
        this.done.push({ raw: token.raw, token, finished: true });
      }
    }
    this.tail = this.tail.slice(length);
    const opening = FENCE_OPEN.exec(this.tail);
    if (opening === null) return "";
    this.fence = new OpenFence(opening[1]?.length ?? 0, opening[2] ?? "```", opening[3]?.trim() ?? "", opening[0]);
    const rest = this.tail.slice(opening[0].length);
    this.tail = "";
    return rest;
  }
}

/** A code block whose closing fence has not come. */
class OpenFence {
  closed = false;
  private code = "";
  private raw: string;
  /** The last line, which is not complete yet and may turn out to be the closing fence. */
  private line = "";
  private readonly close: RegExp;
  private readonly indent: RegExp | null;

  constructor(
    indent: number,
    fence: string,
    private readonly info: string,
    opening: string,
  ) {
    this.raw = opening;
    this.close = new RegExp(`^ {0,3}${fence.startsWith("~") ? "~" : "`"}{${fence.length},}[ \\t]*$`);
    this.indent = indent > 0 ? new RegExp(`^ {0,${indent}}`) : null;
  }

  /** Takes text up to and with the closing line; returns what lies behind it. */
  append(text: string): string | null {
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) {
        this.line += text.slice(start);
        return null;
      }
      const line = this.line + text.slice(start, end);
      this.line = "";
      start = end + 1;
      if (this.close.test(line)) {
        this.raw += line + "\n";
        this.closed = true;
        return text.slice(start);
      }
      this.raw += line + "\n";
      this.code += this.unindented(line) + "\n";
    }
  }

  block(): Block {
    const partial = this.line;
    // A last line that looks like the beginning of a closing fence is held back, or it would flash as code.
    const shown = this.closed || /^ {0,3}[`~]+[ \t]*$/.test(partial) ? "" : this.unindented(partial);
    const text = shown === "" ? this.code.replace(/\n$/, "") : this.code + shown;
    const raw = this.raw + partial;
    return { raw, token: { type: "code", raw, lang: this.info, text }, finished: this.closed };
  }

  private unindented(line: string): string {
    return this.indent === null ? line : line.replace(this.indent, "");
  }
}

/**
 * Closes what an unfinished last line has left open, so that emphasis and inline code don't flash as bare marks and a
 * half-written link shows its words. Works on the tail's last paragraph only.
 */
export function mended(tail: string): string {
  const from = tail.lastIndexOf("\n\n") + 1;
  let text = tail.slice(from);
  // Half of a link or image: keep the words.
  text = text.replace(/!?\[([^\]\n]*)(?:\]\([^)\n]*)?$/, (whole, words: string) =>
    /^\[[ xX]?$/.test(whole) ? whole : words,
  );
  const ticks = /(?<!`)`(?!`)/g;
  const odd = (text.match(ticks)?.length ?? 0) % 2 === 1;
  if (odd) return tail.slice(0, from) + (text.endsWith("`") ? text.slice(0, -1) : text + "`");
  const bare = text.replace(/`[^`\n]*`/g, "");
  if (count(bare, "**") % 2 === 1) {
    text = text.endsWith("**") ? text.slice(0, -2) : text.replace(/\*?$/, "") + "**";
  }
  return tail.slice(0, from) + text;
}

function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}
