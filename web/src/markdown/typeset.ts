/** KaTeX with its fonts, a chunk of its own that is fetched when the first formula is seen. */
type Katex = typeof import("katex").default;

/** Longer sources stay as they are: setting them would hold up the page. */
const TEX_LENGTH_MAX = 5_000;

let loading: Promise<Katex> | null = null;

/** @return false where it can't be set */
export type Typeset = (tex: string, display: boolean, place: HTMLElement) => boolean;

export async function loadTypesetter(): Promise<Typeset> {
  loading ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(([module]) => module.default);
  let katex: Katex;
  try {
    katex = await loading;
  } catch (cause) {
    // Offline, say: the next formula asks again.
    loading = null;
    throw cause;
  }
  return (tex, display, place) => {
    if (tex.length > TEX_LENGTH_MAX) return false;
    try {
      // It styles through the object model, which the page's policy allows; nothing in a formula may link or load.
      katex.render(tex, place, {
        displayMode: display,
        throwOnError: true,
        strict: "ignore",
        trust: false,
        maxSize: 20,
      });
      return true;
    } catch {
      return false;
    }
  };
}
