/** Light, dark, or as the system says. `public/theme.js` sets the same attribute before the first paint. */
import { createStore } from "./store";

export type Theme = "system" | "light" | "dark";
const KEY = "stoa.theme";

function read(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

/** How answers that are written together are laid out. */
export type Layout = "columns" | "rows";
const LAYOUT_KEY = "stoa.layout";

function readLayout(): Layout {
  try {
    return localStorage.getItem(LAYOUT_KEY) === "rows" ? "rows" : "columns";
  } catch {
    return "columns";
  }
}

export const layout = createStore<Layout>(readLayout());

export function setLayout(next: Layout): void {
  layout.set(next);
  try {
    localStorage.setItem(LAYOUT_KEY, next);
  } catch {
    // Then it holds for this page only.
  }
}

export const theme = createStore<Theme>(read());

export function setTheme(next: Theme): void {
  theme.set(next);
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Then it holds for this page only.
  }
}
