/** The highlighter, a chunk of its own that is fetched when the first code block is seen. */
import type { HLJSApi } from "highlight.js";

/** Longer code stays plain: colouring it would hold up the page. */
const CODE_LENGTH_MAX = 100_000;

let loading: Promise<HLJSApi> | null = null;

export type Highlight = (code: string, language: string) => string | null;

export async function loadHighlighter(): Promise<Highlight> {
  loading ??= import("highlight.js/lib/common").then((module) => module.default);
  let hljs: HLJSApi;
  try {
    hljs = await loading;
  } catch (cause) {
    // Offline, say: the next block asks again.
    loading = null;
    throw cause;
  }
  return (code, language) => {
    if (code.length > CODE_LENGTH_MAX || hljs.getLanguage(language) === undefined) return null;
    return hljs.highlight(code, { language, ignoreIllegals: true }).value;
  };
}
