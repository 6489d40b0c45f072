// @vitest-environment jsdom
// What a thread costs, counted in renders: a streamed character costs the same however long thread and answer are.
import { act, createElement, useMemo, useRef, type ComponentProps } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import type { Conversation, Message } from "../src/api/types";
import { AnswerText } from "../src/components/AnswerText";
import { Messages } from "../src/components/Messages";
import { useStretch } from "../src/components/useStretch";
import { LiveAnswer } from "../src/state/live";
import { useStore } from "../src/state/store";
import { blockId, chunked, type Block, type Chunk } from "../src/state/groups";
import { addMessages, forgetThreads, live, openThread, threads } from "../src/state/threads";
import { EMPTY_TREE, path } from "../src/state/tree";
import { message as messageOf } from "./messages";

const CONVERSATION = "c";
const THREAD = 60;

const rendered = vi.hoisted(() => ({ answers: new Map<string, number>(), inline: 0 }));

vi.mock("../src/components/AnswerText", async (original) => {
  const real = await original<typeof import("../src/components/AnswerText")>();
  return {
    AnswerText: (props: ComponentProps<typeof AnswerText>) => {
      rendered.answers.set(props.text, (rendered.answers.get(props.text) ?? 0) + 1);
      return createElement(real.AnswerText, props);
    },
  };
});
vi.mock("../src/markdown/inline", async (original) => {
  const real = await original<typeof import("../src/markdown/inline")>();
  return {
    ...real,
    Inline: (props: ComponentProps<typeof real.Inline>) => {
      rendered.inline++;
      return createElement(real.Inline, props);
    },
  };
});

const message = (at: number, more: Partial<Message> = {}): Message =>
  messageOf(`m${at}`, at === 0 ? null : `m${at - 1}`, {
    role: at % 2 === 0 ? "user" : "assistant",
    text: `text ${at}`,
    created_at: new Date(1_700_000_000_000 + at * 1000).toISOString(),
    ...more,
  });

const conversationOf = (): Conversation => ({
  id: CONVERSATION,
  title: "",
  model: null,
  policy: "together",
  instructions: "",
  project_id: null,
  draft: "",
  read_id: null,
  created_at: "",
  updated_at: "",
  version: 1,
  pinned: false,
  archived: false,
  deleted: false,
});

function Thread() {
  const tree = useStore(threads, (all) => all.get(CONVERSATION)?.tree ?? EMPTY_TREE);
  const steps = useMemo(() => path(tree), [tree]);
  const busy = steps.some((step) => step.message.state === "generating");
  const { chunks } = useStretch(steps, useRef(null));
  return (
    <Messages steps={steps} chunks={chunks} ends summaries={[]} unsent={[]} busy={busy} onBack={() => undefined} />
  );
}

let root: Root;
let box: HTMLElement;
const frames: (() => void)[] = [];
const nextFrame = () => act(() => frames.splice(0).forEach((run) => run()));
const streaming = (of: { text: string; steps: [] }) => new LiveAnswer(of, (run) => frames.push(run));

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
});
afterEach(() => {
  act(() => root.unmount());
  box.remove();
  forgetThreads();
  rendered.answers.clear();
  rendered.inline = 0;
  vi.unstubAllGlobals();
});

/** What a browser says of chunks that are far from the screen. */
function skip(chunks: readonly Element[], skipped: boolean): void {
  act(() => {
    for (const chunk of chunks) {
      chunk.dispatchEvent(Object.assign(new Event("contentvisibilityautostatechange"), { skipped }));
    }
  });
}

function begin(): LiveAnswer {
  const reply = message(THREAD + 1, { state: "generating", text: "" });
  const answer = streaming({ text: "", steps: [] });
  act(() => {
    live.set(new Map([[reply.id, answer]]));
    addMessages(CONVERSATION, [message(THREAD), reply], [reply]);
  });
  return answer;
}

const told = () => [...rendered.answers.values()];

describe("a thread", () => {
  beforeEach(() => {
    addMessages(
      CONVERSATION,
      Array.from({ length: THREAD }, (_, at) => message(at)),
      [],
    );
    act(() => root.render(<Thread />));
  });

  it("renders nothing but the answer's own text while that streams", () => {
    const answer = begin();
    const before = told();
    for (const word of "so many words come ".repeat(50).split(" ")) {
      answer.append(`${word} `);
      nextFrame();
    }
    expect(box.querySelector(".streaming")?.textContent).toContain("so many words come so many");
    expect(told()).toEqual(before);
  });

  it("lets each question be read from its own side", () => {
    expect(box.querySelectorAll('.bubble[dir="auto"]')).toHaveLength(THREAD / 2);
  });

  it("renders no message that is not on the screen when an answer begins and ends", () => {
    expect(box.querySelectorAll(".said")).toHaveLength(THREAD);
    skip([...box.querySelectorAll(".chunk")].slice(0, 2), true);
    begin();
    act(() => {
      addMessages(CONVERSATION, [message(THREAD + 1)], []);
      live.set(new Map());
    });
    expect(box.textContent).toContain(`text ${THREAD + 1}`);
    const far = Array.from({ length: 40 }, (_, at) => `text ${at}`).filter((_, at) => at % 2 === 1);
    expect(far.map((text) => rendered.answers.get(text))).toEqual(far.map(() => 1));
  });

  it("lets a message catch up when it comes onto the screen", () => {
    const [first, second] = [...box.querySelectorAll(".chunk")];
    if (first === undefined || second === undefined) throw new Error("no chunks");
    const again = () =>
      [first, second].map((one) => one.querySelector<HTMLButtonElement>('[aria-label="Answer again"]')?.disabled);
    skip([first, second], true);
    begin();
    expect(again()).toEqual([false, false]);
    skip([first], false);
    expect(again()).toEqual([true, false]);
  });

  it("holds nothing back at its end, whatever a browser said before that was the end", () => {
    const end = [...box.querySelectorAll(".chunk")].slice(-1);
    skip(end, true);
    begin();
    expect(end[0]?.querySelector<HTMLButtonElement>('[aria-label="Answer again"]')?.disabled).toBe(true);
  });
});

describe("a thread in chunks", () => {
  const blocks = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at): Block => ({
      kind: "one",
      step: { message: known(from + at), siblings: NO_SIBLINGS },
    }));
  const NO_SIBLINGS: string[] = [];
  const all = Array.from({ length: 200 }, (_, at) => message(at));
  const known = (at: number) => all[at] ?? message(at);
  const shown = (chunks: readonly Chunk[]) => chunks.flatMap((chunk) => chunk.blocks.map((block) => blockId(block)));

  it("keeps each block where it was when others come above and below", () => {
    const first = chunked([], blocks(100, 160));
    expect(first.map((chunk) => chunk.blocks.length)).toEqual([20, 20, 20]);
    const longer = chunked(first, blocks(55, 165));
    expect(longer.map((chunk) => chunk.blocks.length)).toEqual([5, 20, 20, 20, 20, 20, 5]);
    expect(longer.slice(3, 6)).toEqual(first);
    expect(longer.slice(3, 6).every((chunk, at) => chunk === first[at])).toBe(true);
    expect(chunked(longer, blocks(55, 165)).every((chunk, at) => chunk === longer[at])).toBe(true);
  });

  it("shows each block once, in order, whatever came before", () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    let chunks: readonly Chunk[] = [];
    for (let round = 0; round < 300; round++) {
      const some = blocks(random(100), 100 + random(100)).filter(() => random(4) > 0);
      chunks = chunked(chunks, some);
      expect(shown(chunks)).toEqual(some.map((block) => blockId(block)));
      expect(new Set(chunks.map((chunk) => chunk.key)).size).toBe(chunks.length);
    }
  });
});

describe("a search hit far above the end", () => {
  it("is reached part by part", async () => {
    addMessages(CONVERSATION, [], []);
    const all = Array.from({ length: 30 }, (_, at) => message(at));
    const part = (from: number, to: number) => ({
      conversation: conversationOf(),
      messages: all.slice(from, to),
      versions: {},
      more: from > 0,
      summaries: [],
      queue: [],
      proposals: [],
    });
    const asked = vi.spyOn(api, "conversation").mockImplementation((_, { before } = {}) => {
      const end = before === undefined ? 30 : Number(before.slice(1));
      return Promise.resolve(part(end - 10, end));
    });
    await openThread(CONVERSATION, "m2");
    expect(threads.get().get(CONVERSATION)?.tree.messages.has("m2")).toBe(true);
    expect(asked.mock.calls.map(([, of]) => of)).toEqual([
      { under: "m2" },
      { before: "m20", limit: 1000 },
      { before: "m10", limit: 1000 },
    ]);
    asked.mockRestore();
  });
});

describe("a long answer", () => {
  const PARAGRAPH = "Some words with **weight** and `code`, as [answers](#a) have them, over and over again. Full.\n\n";
  const PIECE = 25;

  it("renders as much for a character behind 50 kB as behind one", () => {
    const answer = streaming({ text: "", steps: [] });
    act(() => root.render(<AnswerText text="" steps={[]} live={answer} />));
    const text = PARAGRAPH.repeat(600);
    const step = (from: number) => {
      const before = rendered.inline;
      for (let at = from; at < from + 10 * PARAGRAPH.length; at += PIECE) {
        answer.append(text.slice(at, Math.min(at + PIECE, from + 10 * PARAGRAPH.length)));
        nextFrame();
      }
      return rendered.inline - before;
    };
    const costs = Array.from({ length: 60 }, (_, round) => step(round * 10 * PARAGRAPH.length));
    expect(box.textContent.length).toBeGreaterThan(45_000);
    expect(costs[0]).toBeGreaterThan(0);
    expect(new Set(costs.slice(1))).toEqual(new Set([costs[1]]));
  });

  it("has its reference links when it has ended, and renders no other block again for them", () => {
    const text = "Some words.\n\nSee [the manual][1].\n\nMore words.\n\n[1]: https://example.org\n";
    const answer = streaming({ text: "", steps: [] });
    act(() => root.render(<AnswerText text="" steps={[]} live={answer} />));
    for (const line of text.split(/(?<=\n)/)) {
      answer.append(line);
      nextFrame();
    }
    expect(box.querySelector("a")).toBeNull();
    const before = rendered.inline;
    act(() => root.render(<AnswerText text={text} steps={[]} live={undefined} />));
    expect(box.querySelector("a")?.href).toBe("https://example.org/");
    expect(rendered.inline - before).toBe(1);
  });
});
