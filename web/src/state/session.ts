/** Who is signed in. Any call that finds the session gone comes here; drafts and the outbox stay. */
import { api } from "../api/client";
import { asApiError, type ApiError } from "../api/http";
import type { Member } from "../api/types";
import { createStore } from "./store";

export type Session =
  | { status: "unknown"; error: ApiError | null }
  | { status: "out"; expired: boolean }
  | { status: "in"; member: Member };

export const session = createStore<Session>({ status: "unknown", error: null });

export function memberId(): string {
  const now = session.get();
  return now.status === "in" ? now.member.id : "";
}

/** Who was here last, so that the page starts without a network; the server decides when it can be asked. */
const LAST = "stoa.last-member";

function lastMember(): Member | null {
  try {
    const found = JSON.parse(localStorage.getItem(LAST) ?? "null") as Member | null;
    return typeof found?.id === "string" ? found : null;
  } catch {
    return null;
  }
}

session.subscribe(() => {
  const now = session.get();
  try {
    if (now.status === "in") localStorage.setItem(LAST, JSON.stringify(now.member));
    else if (now.status === "out") localStorage.removeItem(LAST);
  } catch {
    // Storage is barred: the page starts with a network only.
  }
});

/** A key in the address (`#key=…`) is taken out of it before anything else happens, so it stays in no history. */
export function takeKeyFromAddress(place: Location = location, past: History = history): string | null {
  const match = /^#key=(.+)$/.exec(place.hash);
  if (match?.[1] === undefined) return null;
  past.replaceState(null, "", place.pathname + place.search);
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}

export async function openSession(key: string | null): Promise<void> {
  if (key !== null) {
    try {
      await signIn(key);
    } catch (cause) {
      const error = asApiError(cause);
      session.set(error.passing ? { status: "unknown", error } : { status: "out", expired: false });
    }
    return;
  }
  try {
    const { member } = await api.session();
    session.set({ status: "in", member });
  } catch (cause) {
    const error = asApiError(cause);
    const last = error.kind === "network" ? lastMember() : null;
    if (error.kind === "authentication") session.set({ status: "out", expired: false });
    else session.set(last === null ? { status: "unknown", error } : { status: "in", member: last });
  }
}

export async function signIn(key: string): Promise<void> {
  const { member } = await api.signIn(key.trim());
  session.set({ status: "in", member });
}

/** The other ways in: each gets a member and a cookie from the server. */
export async function enterBy(way: Promise<{ member: Member }>): Promise<void> {
  const { member } = await way;
  session.set({ status: "in", member });
}

export async function signOut(): Promise<void> {
  const next = await api.signOut();
  session.set({ status: "out", expired: false });
  if (next !== undefined) location.assign(next.location);
}

/** Returns the error, so that callers can go on with it; a lost session shows the sign-in page. */
export function noteFailure(cause: unknown): ApiError {
  const error = asApiError(cause);
  if (error.kind === "authentication" && session.get().status === "in") session.set({ status: "out", expired: true });
  return error;
}
