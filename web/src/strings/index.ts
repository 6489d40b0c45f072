/** The page's words in the reader's language: the one that was chosen, else the browser's first that is here. */
import { de } from "./de";
import { en, type Strings } from "./en";

export type Language = "en" | "de";
export const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "de", name: "Deutsch" },
];

const KEY = "stoa.language";
const WORDS: Record<Language, Strings> = { en, de };

const isLanguage = (value: string | null | undefined): value is Language => value === "en" || value === "de";

function find(): Language {
  try {
    const chosen = localStorage.getItem(KEY);
    if (isLanguage(chosen)) return chosen;
  } catch {
    // Storage is barred: the browser's own languages count.
  }
  if (typeof navigator === "undefined") return "en";
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

export const language: Language = find();
export const t: Strings = WORDS[language];

/** Words stand in many places by now: the page begins anew. Drafts and unsent messages are kept. */
export function chooseLanguage(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    return;
  }
  location.reload();
}
