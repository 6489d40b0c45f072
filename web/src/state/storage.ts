/** localStorage, kept apart by member so that one person's unsent words never show to another; full or barred: no-op. */
import { memberId } from "./session";

const PREFIX = "stoa";

function fullKey(name: string): string {
  return `${PREFIX}.${memberId()}.${name}`;
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(fullKey(name), value);
  } catch {
    // Storage is barred or full: the text lives on in memory only.
  }
}

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(fullKey(name));
  } catch {
    return null;
  }
}

/** What was kept as JSON; null where that can't be read. */
export function keptJson(name: string): unknown {
  try {
    return JSON.parse(kept(name) ?? "null") as unknown;
  } catch {
    return null;
  }
}

export function drop(name: string): void {
  try {
    localStorage.removeItem(fullKey(name));
  } catch {
    // Nothing was kept, then.
  }
}

/** The names under which this member has something kept that begin with `start`. */
export function keptNames(start: string): string[] {
  const prefix = fullKey(start);
  const names: string[] = [];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key?.startsWith(prefix)) names.push(start + key.slice(prefix.length));
    }
  } catch {
    // Storage is barred.
  }
  return names.sort();
}
