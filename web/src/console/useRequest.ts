/** One request of the playground at a time: sent with the browser's session, read as it streams, stopped at will. */
import { useCallback, useEffect, useRef, useState } from "react";
import { asApiError, errorOf } from "../api/http";
import { EventParser } from "../api/sse";
import { plainWords } from "../state/errors";
import { noteFailure } from "../state/session";
import { hear, requestOf, type Form } from "./playground";

export interface Answer {
  running: boolean;
  text: string;
  thinking: string;
  input: number | null;
  output: number | null;
  stop: string | null;
  error: string | null;
  /** Milliseconds from sending to the first text and to the end. */
  first: number | null;
  total: number | null;
  /** The events as they came, each its data. */
  events: readonly string[];
}

const NOTHING: Answer = {
  running: false,
  text: "",
  thinking: "",
  input: null,
  output: null,
  stop: null,
  error: null,
  first: null,
  total: null,
  events: [],
};

export function useRequest() {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const send = useCallback(async (form: Form) => {
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    const begun = performance.now();
    const change = (part: (now: Answer) => Partial<Answer>) => {
      if (abort.current === own) setAnswer((now) => ({ ...(now ?? NOTHING), ...part(now ?? NOTHING) }));
    };
    setAnswer({ ...NOTHING, running: true });
    try {
      await read(form, own.signal, (data) => {
        const heard = hear(form.protocol, data);
        change((now) => ({
          text: now.text + heard.text,
          thinking: now.thinking + heard.thinking,
          input: heard.input ?? now.input,
          output: heard.output ?? now.output,
          stop: heard.stop ?? now.stop,
          error: heard.error ?? now.error,
          first: now.first ?? (heard.text + heard.thinking === "" ? null : performance.now() - begun),
          events: [...now.events, data],
        }));
      });
    } catch (cause) {
      if (!own.signal.aborted) {
        const error = noteFailure(asApiError(cause));
        change(() => ({ error: error.message === "" ? plainWords(error) : error.message }));
      }
    }
    change(() => ({ running: false, total: performance.now() - begun }));
  }, []);

  const stop = useCallback(() => abort.current?.abort(), []);
  return { answer, send, stop };
}

async function read(form: Form, signal: AbortSignal, heard: (data: string) => void): Promise<void> {
  const { path, headers, body } = requestOf(form);
  const response = await fetch(path, {
    method: "POST",
    headers: { ...headers, "X-Stoa-Client": "web" },
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal,
  });
  if (!response.ok) throw await errorOf(response);
  const parser = new EventParser(({ data }) => heard(data));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return;
    parser.push(part.value);
  }
}
