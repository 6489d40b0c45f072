/** Asks in a thread that only this page has. An answer ends with its connection: nothing can be followed again. */
import { ApiError, errorOf } from "./http";
import { EventParser } from "./sse";
import type { ApiErrorBody, Step } from "./types";

export interface Said {
  role: "user" | "assistant";
  text: string;
}

export interface TemporaryEnd {
  state: "complete" | "failed" | "refused";
  error: ApiErrorBody | null;
}

interface Handlers {
  onText: (text: string) => void;
  onSteps: (steps: readonly Step[]) => void;
}

/** @throws ApiError if the server refuses it, or the connection breaks */
export async function askTemporarily(
  messages: readonly Said[],
  model: string | null,
  signal: AbortSignal,
  to: Handlers,
): Promise<TemporaryEnd> {
  const response = await fetch("/api/temporary", {
    method: "POST",
    headers: { Accept: "text/event-stream", "Content-Type": "application/json", "X-Stoa-Client": "web" },
    credentials: "same-origin",
    cache: "no-store",
    body: JSON.stringify({ messages, model }),
    signal,
  });
  if (!response.ok) throw await errorOf(response);
  if (response.body === null) throw new ApiError("network", "an answer without a body");
  let end: TemporaryEnd | null = null;
  const parser = new EventParser((event) => {
    if (event.event === "text") to.onText((JSON.parse(event.data) as { text: string }).text);
    else if (event.event === "steps") to.onSteps((JSON.parse(event.data) as { steps: Step[] }).steps);
    else if (event.event === "end") end = JSON.parse(event.data) as TemporaryEnd;
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parser.push(value);
  }
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by the parser's callback
  if (end === null) throw new ApiError("network", "the answer broke off");
  return end;
}
