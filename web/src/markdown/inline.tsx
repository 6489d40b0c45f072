/** Inline Markdown as React elements. Text is text: entities are decoded, nothing is set as HTML. */
import type { Token, Tokens } from "marked";
import { Parser } from "marked";
import type { ReactNode } from "react";
import { t } from "../strings";
import { MathView } from "./MathView";
import { optionsOf, type MathToken } from "./math";
import { safeHref, safeHtml } from "./safe";

const OPTIONS = optionsOf(false);

export function Inline({ tokens, text }: { tokens: Token[] | undefined; text?: string }): ReactNode {
  if (tokens === undefined) return decoded(text ?? "");
  // Tags come one by one ("<b>", "</b>"): only together are they HTML, so the whole run goes through the purifier.
  if (tokens.some((token) => token.type === "html" && !/^<br\s*\/?>$/i.test(token.raw.trim()))) {
    return <span dangerouslySetInnerHTML={{ __html: safeHtml(Parser.parseInline(tokens, OPTIONS)) }} />;
  }
  return tokens.map((token, index) => <One key={index} token={token} />);
}

function One({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case "strong":
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case "del":
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case "codespan":
      return <code dir="ltr">{(token as Tokens.Codespan).text}</code>;
    case "math": {
      const { tex, display } = token as MathToken;
      return <MathView tex={tex} display={display} />;
    }
    case "br":
    case "html":
      return <br />;
    case "link": {
      const link = token as Tokens.Link;
      return (
        <Link href={link.href}>
          <Inline tokens={link.tokens} />
        </Link>
      );
    }
    case "image": {
      // Fetching an image would tell its host who reads what; the reader decides.
      const image = token as Tokens.Image;
      return <Link href={image.href}>{t.markdown.image(decoded(image.text || image.href))}</Link>;
    }
    case "escape":
      return (token as Tokens.Escape).text;
    case "text":
    default: {
      const nested = "tokens" in token ? token.tokens : undefined;
      return nested === undefined ? (
        decoded("text" in token ? String(token.text) : token.raw)
      ) : (
        <Inline tokens={nested} />
      );
    }
  }
}

function Link({ href, children }: { href: string; children: ReactNode }) {
  const safe = safeHref(href);
  if (safe === null) return <span>{children}</span>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z][a-z0-9]{1,30}));/gi;
const decoder = document.createElement("textarea");

/** Markdown knows HTML's character references; a text node doesn't. The match is an entity and nothing else. */
export function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (entity) => {
    decoder.innerHTML = entity;
    return decoder.value;
  });
}
