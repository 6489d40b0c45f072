import { describe, expect, it } from "vitest";
import { follow } from "../src/api/follow";
import type { ApiError } from "../src/api/http";
import type { Message } from "../src/api/types";

const TEXT = "An open hall with columns, and people in it.";
const END: Message = {
  id: "r",
  conversation_id: "c",
  parent_id: "q",
  role: "assistant",
  text: TEXT,
  steps: [],
  event_id: "0",
  feedback: null,
  attachments: [],
  state: "complete",
  error: null,
  model: "m",
  usage: null,
  together: false,
  created_at: "2026-11-24T00:00:00Z",
};

const textEvent = (from: number, to: number) =>
  `event: text\nid: ${to}\ndata: ${JSON.stringify({ text: TEXT.slice(from, to) })}\n\n`;
const endEvent = `event: end\ndata: ${JSON.stringify({ message: END })}\n\n`;

/** A server that answers each connection with the next of the scripts, and notes what it was asked. */
function server(scripts: readonly ((after: number) => Response | Error)[]) {
  const asked: number[] = [];
  const fetch = (input: RequestInfo | URL) => {
    const after = Number(new URL(input as string, "http://test").searchParams.get("after"));
    const script = scripts[asked.length];
    asked.push(after);
    if (script === undefined) return Promise.reject(new Error("one connection too many"));
    const answer = script(after);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, fetch };
}

const stream = (body: string) => new Response(body, { status: 200 });

async function run(scripts: readonly ((after: number) => Response | Error)[], after = 0) {
  const { asked, fetch } = server(scripts);
  const seen = { text: TEXT.slice(0, after), ends: [] as Message[], errors: [] as ApiError[], pauses: [] as number[] };
  await follow(
    "r",
    String(after),
    {
      onText: (text) => (seen.text += text),
      onEnd: (message) => seen.ends.push(message),
      onError: (error) => seen.errors.push(error),
    },
    {
      signal: new AbortController().signal,
      fetch,
      wait: (ms) => {
        seen.pauses.push(ms);
        return Promise.resolve();
      },
    },
  );
  return { ...seen, asked };
}

describe("follow", () => {
  it("delivers the text and the end", async () => {
    const seen = await run([() => stream(textEvent(0, 7) + textEvent(7, TEXT.length) + endEvent)]);
    expect(seen).toMatchObject({ text: TEXT, ends: [END], errors: [], asked: [0] });
  });

  it("goes on after the last character when the connection breaks", async () => {
    const seen = await run([
      () => stream(textEvent(0, 7)),
      () => new TypeError("network"),
      (after) => stream(textEvent(after, TEXT.length) + endEvent),
    ]);
    expect(seen).toMatchObject({ text: TEXT, ends: [END], errors: [], asked: [0, 7, 7] });
    expect(seen.pauses).toEqual([500, 1000]);
  });

  it("takes what it has already only once", async () => {
    const seen = await run([() => stream(textEvent(0, 7) + textEvent(0, 7) + textEvent(3, TEXT.length) + endEvent)]);
    expect(seen.text).toBe(TEXT);
  });

  it("tells steps apart from the text, each once, and goes on after both", async () => {
    const steps = (id: string, text: string) =>
      `event: steps\nid: ${id}\ndata: ${JSON.stringify({ steps: [{ index: 0, type: "thinking", at: 0, name: null, text }] })}\n\n`;
    const asked: string[] = [];
    const bodies = [
      steps("0.9", "Hm, ") + steps("0.9", "Hm, "),
      steps("0.14", "well.") + `event: text\nid: 44.14\ndata: ${JSON.stringify({ text: TEXT })}\n\n`,
      endEvent,
    ];
    let thought = "";
    let said = "";
    await follow(
      "r",
      "0",
      {
        onText: (text) => (said += text),
        onSteps: (more) => (thought += more.map((step) => step.text).join("")),
        onEnd: () => undefined,
        onError: (error) => expect.fail(error.message),
      },
      {
        signal: new AbortController().signal,
        fetch: (input) => {
          asked.push(new URL(input as string, "http://test").searchParams.get("after") ?? "");
          return Promise.resolve(stream(bodies[asked.length - 1] ?? ""));
        },
        wait: () => Promise.resolve(),
      },
    );
    expect({ thought, said, asked }).toEqual({ thought: "Hm, well.", said: TEXT, asked: ["0", "0.9", "44.14"] });
  });

  it("starts after the text that is known", async () => {
    const seen = await run([(after) => stream(textEvent(after, TEXT.length) + endEvent)], 11);
    expect(seen).toMatchObject({ text: TEXT, asked: [11] });
  });

  it("reports a refusal once and does not try again", async () => {
    const body = JSON.stringify({ error: { type: "not_found", message: "gone" }, request_id: "req_1" });
    const seen = await run([() => new Response(body, { status: 404 })]);
    expect(seen.asked).toEqual([0]);
    expect(seen.errors.map((error) => [error.kind, error.requestId])).toEqual([["not_found", "req_1"]]);
  });

  it("tries again when the server is busy", async () => {
    const seen = await run([
      () => new Response("", { status: 529 }),
      () => stream(textEvent(0, TEXT.length) + endEvent),
    ]);
    expect(seen).toMatchObject({ text: TEXT, ends: [END], asked: [0, 0] });
  });

  it("says nothing after it was left", async () => {
    const left = new AbortController();
    left.abort();
    const asked: unknown[] = [];
    await follow(
      "r",
      "0",
      { onText: () => asked.push("text"), onEnd: () => asked.push("end"), onError: () => asked.push("error") },
      { signal: left.signal, fetch: () => Promise.reject(new Error("asked")) },
    );
    expect(asked).toEqual([]);
  });
});
