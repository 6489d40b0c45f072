// @vitest-environment jsdom
// Versions that are not here yet: who clicks on before they are sees the one that was asked for last.
import { act, useMemo, useRef } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import type { Conversation } from "../src/api/types";
import { Messages } from "../src/components/Messages";
import { useStretch } from "../src/components/useStretch";
import { openId } from "../src/state/route";
import { useStore } from "../src/state/store";
import { addMessages, forgetThreads, openThread, threads } from "../src/state/threads";
import { EMPTY_TREE, path } from "../src/state/tree";
import { chooseVersion } from "../src/state/versions";
import { message } from "./messages";

const CONVERSATION = "c";
const VERSIONS = ["a1", "a2", "a3"];

const question = message("q", null, { role: "user" });

const part = (answer: string) => ({
  conversation: { id: CONVERSATION, version: 1, model: null, policy: "together" } as unknown as Conversation,
  messages: [question, message(answer, "q")],
  versions: Object.fromEntries(VERSIONS.map((id) => [id, VERSIONS])),
  more: false,
  summaries: [],
  queue: [],
  proposals: [],
});

function Thread() {
  const tree = useStore(threads, (all) => all.get(CONVERSATION)?.tree ?? EMPTY_TREE);
  const steps = useMemo(() => path(tree), [tree]);
  const { chunks } = useStretch(steps, useRef(null));
  return (
    <Messages steps={steps} chunks={chunks} ends summaries={[]} unsent={[]} busy={false} onBack={() => undefined} />
  );
}

let root: Root;
let box: HTMLElement;
/** Requests for a part of the thread that wait for their answer, by the message that they ask for. */
const waiting = new Map<string, { answer: () => void; fail: () => void }>();

beforeEach(async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  openId.set(CONVERSATION);
  vi.spyOn(api, "conversation").mockImplementation((_, { under, since } = {}) => {
    if (since !== undefined) return Promise.resolve({ ...part("a3"), messages: [] });
    if (under === undefined) return Promise.resolve(part("a3"));
    return new Promise((resolve, reject) =>
      waiting.set(under, { answer: () => resolve(part(under)), fail: () => reject(new TypeError("no network")) }),
    );
  });
  await act(() => openThread(CONVERSATION));
  act(() => root.render(<Thread />));
});
afterEach(() => {
  act(() => root.unmount());
  box.remove();
  openId.set(null);
  forgetThreads();
  waiting.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const settled = () => act(() => new Promise((resolve) => setTimeout(resolve)));
const back = async () => {
  act(() => box.querySelector<HTMLButtonElement>('[aria-label="Previous version"]')?.click());
  await settled();
};
const at = () => box.querySelector(".versions")?.textContent;
const shown = () => box.querySelector(".answer-message .answer")?.textContent;
const told = async (id: string, how: "answer" | "fail" = "answer") => {
  waiting.get(id)?.[how]();
  await settled();
};

describe("a version that is not here yet", () => {
  it("counts at once, so that two quick clicks go two back", async () => {
    expect([at(), shown()]).toEqual(["3/3", "text a3"]);
    await back();
    expect([at(), shown()]).toEqual(["2/3", "text a3"]);
    await back();
    expect(at()).toBe("1/3");
    await told("a2");
    expect([at(), shown()]).toEqual(["1/3", "text a3"]);
    await told("a1");
    expect([at(), shown()]).toEqual(["1/3", "text a1"]);
  });

  it("is not shown when it comes behind one that was asked for later", async () => {
    await back();
    await back();
    await told("a1");
    await told("a2");
    expect([at(), shown()]).toEqual(["1/3", "text a1"]);
  });

  it("counts no more when it does not come", async () => {
    await back();
    await told("a2", "fail");
    expect([at(), shown()]).toEqual(["3/3", "text a3"]);
  });
});

describe("a version in a group", () => {
  it("is chosen at once, in order, and taken back where the server did not keep it", async () => {
    const calls: string[] = [];
    const answers: ((ok: boolean) => void)[] = [];
    vi.spyOn(api, "choose").mockImplementation((_, chosen) => {
      calls.push(chosen);
      return new Promise((resolve, reject) =>
        answers.push((ok) => (ok ? resolve(message("a3", "q")) : reject(new TypeError("no network")))),
      );
    });
    const chosen = () => threads.get().get(CONVERSATION)?.tree.messages.get("a3")?.chosen_id;
    addMessages(CONVERSATION, [message("a1", "q"), message("a2", "q")], []);
    const both = Promise.all([chooseVersion("a3", "a2"), chooseVersion("a3", "a1")]);
    expect(chosen()).toBe("a1");
    await settled();
    expect(calls).toEqual(["a2"]);
    answers[0]?.(true);
    await settled();
    expect(calls).toEqual(["a2", "a1"]);
    answers[1]?.(false);
    await both;
    expect(chosen()).toBe("a2");
  });
});
