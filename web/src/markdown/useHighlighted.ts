/**
 * Colours for code that may still grow. Growing code is coloured again only after it has grown by a quarter, so the
 * whole costs a constant per character; lines that came since then show plain until the next round.
 */
import { useEffect, useState } from "react";
import { loadHighlighter } from "./highlight";

const GROWTH = 1.25;
const GROWTH_MIN = 160;

interface Coloured {
  head: string;
  html: string;
}

export function useHighlighted(code: string, language: string, finished: boolean): { html: string; rest: string } {
  const [coloured, setColoured] = useState<Coloured>({ head: "", html: "" });
  const head = finished ? code : code.slice(0, code.lastIndexOf("\n") + 1);
  const due =
    language !== "" &&
    head !== "" &&
    (finished ? coloured.head !== code : head.length > coloured.head.length * GROWTH + GROWTH_MIN);

  useEffect(() => {
    if (!due) return undefined;
    let current = true;
    loadHighlighter().then(
      (highlight) => {
        if (!current) return;
        const html = highlight(head, language);
        if (html !== null) setColoured({ head, html });
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
    // `head` changes with every line; the effect is due only now and then.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [due, finished, language]);

  if (coloured.head === "" || !code.startsWith(coloured.head)) return { html: "", rest: code };
  return { html: coloured.html, rest: code.slice(coloured.head.length) };
}
