/** Which conversation is open, kept in the address (`#/c/ID`), so that reload, back and forward work. */
import { createStore } from "./store";

const UUID = /^#\/c\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

function read(): string | null {
  return UUID.exec(location.hash)?.[1]?.toLowerCase() ?? null;
}

export const openId = createStore<string | null>(null);

const SHARED = /^#\/s\/([A-Za-z0-9_-]{10,100})$/;

/** The secret of a shared copy in the address. */
export const sharedSecret = createStore<string | null>(SHARED.exec(location.hash)?.[1] ?? null);

const JOIN = /^#\/join\/([A-Za-z0-9]{10,100})$/;

/** The secret of an invitation or of a link to a new password in the address. */
export const joinSecret = createStore<string | null>(JOIN.exec(location.hash)?.[1] ?? null);

const SIGN_ON = /^#\/sign-on\/([a-z-]{1,30})$/;

/** The word with which a way to the single sign-on provider ended; the address has it once. */
export const signOnEnd = createStore<string | null>(SIGN_ON.exec(location.hash)?.[1] ?? null);
if (signOnEnd.get() !== null) history.replaceState(null, "", location.pathname + location.search);

export function leaveJoin(): void {
  history.replaceState(null, "", location.pathname + location.search);
  joinSecret.set(null);
}

const CONSOLE = /^#\/console(?:\/([a-z]+))?$/;

function readConsole(): string | null {
  const match = CONSOLE.exec(location.hash);
  return match === null ? null : (match[1] ?? "people");
}

/** The page of the console that is open; null in the chat. */
export const consolePage = createStore<string | null>(readConsole());

export function goToConsole(page: string): void {
  history.pushState(null, "", `#/console/${page}`);
  consolePage.set(page);
}

export function leaveShared(): void {
  history.replaceState(null, "", location.pathname + location.search);
  sharedSecret.set(null);
}

/** A message to show once its conversation is open: where a search hit lies. */
export const jump = createStore<{ conversationId: string; messageId: string } | null>(null);

export function goTo(conversationId: string, messageId: string): void {
  jump.set({ conversationId, messageId });
  go(conversationId);
}

export function startRouting(): void {
  openId.set(read());
  window.addEventListener("popstate", () => {
    sharedSecret.set(SHARED.exec(location.hash)?.[1] ?? null);
    joinSecret.set(JOIN.exec(location.hash)?.[1] ?? null);
    consolePage.set(readConsole());
    openId.set(read());
  });
}

/** Told of every step to a place, also to the one that is open. */
export const steps = createStore(0);

export function go(conversationId: string | null, replace = false): void {
  const address = conversationId === null ? location.pathname + location.search : `#/c/${conversationId}`;
  if (replace) history.replaceState(null, "", address);
  else if (conversationId !== openId.get() || consolePage.get() !== null) history.pushState(null, "", address);
  consolePage.set(null);
  openId.set(conversationId);
  steps.update((n) => n + 1);
}
