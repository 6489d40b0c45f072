/**
 * Hears of every change of this member's conversations, made on whatever device, over one event stream. It comes back
 * by itself after what it heard last, so that nothing is missed; while it is away, lists are as they were.
 */
import { EventParser } from "../api/sse";
import { asApiError, errorOf } from "../api/http";
import type { Conversation } from "../api/types";
import { applyChanges, refreshConversations } from "./conversations";
import { noteFailure } from "./session";
import { threadChanged } from "./threads";

const SILENCE_MAX_MS = 32_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;

/** Listens until the returned function is called. */
export function startSync(): () => void {
  const stop = new AbortController();
  void run(stop.signal);
  return () => stop.abort();
}

async function run(signal: AbortSignal): Promise<void> {
  let last: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await listen(last, signal, (id) => {
        failures = 0;
        last = id;
      });
    } catch (cause) {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- aborted while we waited
      if (signal.aborted) return;
      if (asApiError(cause).kind === "authentication") {
        noteFailure(cause);
        return;
      }
    }
    const pause = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures++);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      const now = () => {
        clearTimeout(timer);
        resolve();
      };
      window.addEventListener("online", now, { once: true });
      signal.addEventListener("abort", now, { once: true });
    });
  }
}

async function listen(last: string | null, signal: AbortSignal, heard: (id: string) => void): Promise<void> {
  const watchdog = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watchdog.abort(), SILENCE_MAX_MS);
  };
  alive();
  try {
    const response = await fetch(`/api/events${last === null ? "" : `?after=${last}`}`, {
      headers: { Accept: "text/event-stream", "X-Stoa-Client": "web" },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.any([signal, watchdog.signal]),
    });
    if (!response.ok) throw await errorOf(response);
    if (response.body === null) return;
    const parser = new EventParser((event) => {
      heard(event.id);
      if (event.event === "changes") {
        const { conversations } = JSON.parse(event.data) as { conversations: Conversation[] };
        applyChanges(conversations);
        conversations.forEach(threadChanged);
      } else if (event.event === "ready" && last === null) {
        // What happened between the first look at the list and now.
        void refreshConversations();
      }
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      parser.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}
