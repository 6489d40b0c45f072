/**
 * Follows one answer to its end. The run lives on the server; a connection that drops is opened again after the last
 * character received, so the text arrives once, in order and without a gap, whatever the network does. It ends in
 * exactly one of: onEnd, onError (the server said no), or silence after the signal was aborted.
 */
import { EventParser } from "./sse";
import { ApiError, asApiError, errorOf } from "./http";
import type { Message, Step } from "./types";

/** The server sends a comment every 10 s; three missed ones mean the connection is dead. */
const SILENCE_MAX_MS = 32_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 8_000;

export interface Follower {
  /** `text` is new text; it starts where the text so far ended. */
  onText(text: string): void;
  /** Steps that have something new, each with that part only. */
  onSteps?(steps: readonly Step[]): void;
  onEnd(message: Message): void;
  onError(error: ApiError): void;
  /** The connection was lost (true) or is back (false). */
  onReconnecting?(lost: boolean): void;
}

export interface FollowOptions {
  signal: AbortSignal;
  fetch?: typeof fetch;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export async function follow(replyId: string, after: string, to: Follower, options: FollowOptions): Promise<void> {
  const doFetch = options.fetch ?? fetch.bind(globalThis);
  const wait = options.wait ?? waitOrOnline;
  let received = placeOf(after);
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      const ended = await readOnce(doFetch, replyId, idOf(received), options.signal, {
        steps(steps, upTo) {
          failures = 0;
          if (upTo.steps <= received.steps) return;
          received = { ...received, steps: upTo.steps };
          to.onSteps?.(steps);
        },
        text(text, upTo) {
          failures = 0;
          // Where the server repeats what we have, only the part past it is new.
          const fresh = upTo.text - received.text;
          if (fresh <= 0) return;
          received = { ...received, text: upTo.text };
          to.onText(fresh < text.length ? text.slice(text.length - fresh) : text);
        },
        opened: () => to.onReconnecting?.(false),
      });
      if (ended !== null) {
        to.onEnd(ended);
        return;
      }
    } catch (cause) {
      // The signal is the caller's; it may have been aborted while we were waiting.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
      if (options.signal.aborted) return;
      const error = asApiError(cause);
      if (!error.passing) {
        to.onError(error);
        return;
      }
    }
    to.onReconnecting?.(true);
    const pause = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures++);
    await wait(pause, options.signal);
  }
}

/** How much of an answer's text and of its steps is here. */
interface Place {
  text: number;
  steps: number;
}

function placeOf(eventId: string): Place {
  const [text = "0", steps = "0"] = eventId.split(".");
  return { text: Number(text), steps: Number(steps) };
}

const idOf = ({ text, steps }: Place) => (steps === 0 ? String(text) : `${text}.${steps}`);

interface OnceHandlers {
  steps(steps: readonly Step[], upTo: Place): void;
  text(text: string, upTo: Place): void;
  opened(): void;
}

/** One connection; null where it closed before the answer's end. */
async function readOnce(
  doFetch: typeof fetch,
  replyId: string,
  after: string,
  signal: AbortSignal,
  handlers: OnceHandlers,
): Promise<Message | null> {
  const watchdog = new AbortController();
  let timer = 0;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watchdog.abort(), SILENCE_MAX_MS) as unknown as number;
  };
  alive();
  try {
    const response = await doFetch(`/api/messages/${encodeURIComponent(replyId)}/events?after=${after}`, {
      headers: { Accept: "text/event-stream", "X-Stoa-Client": "web" },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.any([signal, watchdog.signal]),
    });
    if (!response.ok) throw await errorOf(response);
    if (response.body === null) throw new ApiError("network", "an answer without a body");
    handlers.opened();
    let ended: Message | null = null;
    const parser = new EventParser((event) => {
      if (event.event === "text") {
        handlers.text((JSON.parse(event.data) as { text: string }).text, placeOf(event.id));
      } else if (event.event === "steps") {
        handlers.steps((JSON.parse(event.data) as { steps: Step[] }).steps, placeOf(event.id));
      } else if (event.event === "end") {
        ended = (JSON.parse(event.data) as { message: Message }).message;
      }
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        alive();
        parser.push(value);
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by the parser's callback
        if (ended !== null) return ended;
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
    return ended;
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but not past the moment the network is back or the signal is aborted. */
function waitOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
