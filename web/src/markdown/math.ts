/**
 * Mathematics in Markdown: `$…$`, `\(…\)`, `$$…$$` and `\[…\]`, as tokens of their own for `marked`. A dollar sign opens
 * only where no blank follows, and closes only where none precedes and no digit follows, so that prices stay text.
 */
import { Marked, type MarkedOptions, type TokenizerAndRendererExtension, type Tokens } from "marked";

export interface MathToken extends Tokens.Generic {
  type: "math";
  tex: string;
  display: boolean;
}

const BLOCK = [/^ {0,3}\$\$([\s\S]+?)\$\$[ \t]*(?:\n+|$)/, /^ {0,3}\\\[([\s\S]+?)\\\][ \t]*(?:\n+|$)/];
/** A block whose end has not come yet; the line it begins on holds nothing else. */
const OPEN = /^ {0,3}(?:\$\$|\\\[)[ \t]*\n([\s\S]*)$/;
const INLINE: readonly [RegExp, boolean][] = [
  [/^\$\$((?:[^$\n\\]|\\[^\n])+)\$\$/, true],
  [/^\$((?![\s$])(?:[^$\n\\]|\\[^\n])*?(?<!\s))\$(?!\d)/, false],
  [/^\\\(([^\n]+?)\\\)/, false],
  [/^\\\[([^\n]+?)\\\]/, true],
];

const token = (raw: string, tex: string, display: boolean): MathToken => ({
  type: "math",
  raw,
  tex: tex.trim(),
  display,
});

const renderer = ({ raw }: Tokens.Generic) => raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function block(streaming: boolean): TokenizerAndRendererExtension {
  return {
    name: "mathBlock",
    level: "block",
    start: (text) => /(?:^|\n) {0,3}(?:\$\$|\\\[)/.exec(text)?.index,
    tokenizer(text) {
      for (const rule of BLOCK) {
        const match = rule.exec(text);
        if (match?.[1] !== undefined && match[1].trim() !== "") return token(match[0], match[1], true);
      }
      const open = streaming ? OPEN.exec(text) : null;
      return open === null ? undefined : token(open[0], "", true);
    },
    renderer,
  };
}

const inline: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  start: (text) => /\$|\\[([]/.exec(text)?.index,
  tokenizer(text) {
    for (const [rule, display] of INLINE) {
      const match = rule.exec(text);
      if (match?.[1] !== undefined) return token(match[0], match[1], display);
    }
    return undefined;
  },
  renderer,
};

/** @param streaming whether more may come: a block of mathematics that is open then swallows what has come of it */
export function optionsOf(streaming: boolean): MarkedOptions {
  return new Marked({ gfm: true, breaks: false, extensions: [block(streaming), inline] }).defaults;
}
