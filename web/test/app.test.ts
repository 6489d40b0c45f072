// @vitest-environment jsdom
// The app against a stub of the server: what it asks for when the person goes from conversation to conversation.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startApp } from "../src/state/app";
import { go } from "../src/state/route";
import { session } from "../src/state/session";
import { forgetThreads, live, threads } from "../src/state/threads";
import { message } from "./messages";

const A = "0193b000-0000-7000-8000-00000000000a";
const B = "0193b000-0000-7000-8000-00000000000b";
const TEXT = "An open hall with columns.";
/** How much of the answer's text the thread has when it is fetched. */
const WRITTEN = 7;

const question = message("q", null, { conversation_id: A, role: "user" });
const answer = message("r", "q", {
  conversation_id: A,
  state: "generating",
  text: TEXT.slice(0, WRITTEN),
  event_id: String(WRITTEN),
});

let calls: string[];
const json = (value: unknown) => new Response(JSON.stringify(value));
const thread = (id: string, since: boolean) =>
  json({
    conversation: { id, version: 7, model: null, policy: "together" },
    messages: id === A && !since ? [question, answer] : [],
    versions: {},
    more: false,
    summaries: [],
    queue: [],
    proposals: [],
  });

/** The rest of the answer, whose end does not come. */
function events(after: number, signal: AbortSignal | null | undefined): Response {
  const body = new ReadableStream({
    start: (to) => {
      const data = JSON.stringify({ text: TEXT.slice(after) });
      to.enqueue(new TextEncoder().encode(`event: text\nid: ${TEXT.length}\ndata: ${data}\n\n`));
      signal?.addEventListener("abort", () => to.error(new Error("aborted")));
    },
  });
  return new Response(body);
}

beforeEach(() => {
  calls = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    calls.push(path);
    const url = new URL(path, "http://test");
    const opened = /^\/api\/conversations\/(.+)$/.exec(url.pathname)?.[1];
    if (path === "/api/session") return Promise.resolve(json({ member: { id: "ada", name: "Ada", role: "user" } }));
    if (opened !== undefined) return Promise.resolve(thread(opened, url.searchParams.has("since")));
    if (url.pathname === "/api/messages/r/events")
      return Promise.resolve(events(Number(url.searchParams.get("after")), init.signal));
    return new Promise(() => undefined);
  });
});
afterEach(() => {
  session.set({ status: "out", expired: false });
  forgetThreads();
  vi.unstubAllGlobals();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
const shown = () => live.get().get("r")?.current().length;

describe("an answer that is being written", () => {
  it("is followed again, where it was, by who comes back to its conversation", async () => {
    startApp();
    go(A);
    await until(() => expect(shown()).toBe(TEXT.length));
    go(B);
    await until(() => expect(threads.get().get(B)?.status).toBe("ready"));
    expect(live.get().size).toBe(0);
    calls = [];
    go(A);
    await until(() => expect(shown()).toBe(TEXT.length));
    expect(calls).toEqual([`/api/conversations/${A}?since=7`, `/api/messages/r/events?after=${WRITTEN}`]);
  });
});
