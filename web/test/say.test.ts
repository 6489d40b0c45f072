// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Message, MessageState } from "../src/api/types";
import { say } from "../src/state/app";
import { emptyOutbox, outbox } from "../src/state/outbox";
import { openId } from "../src/state/route";
import { session } from "../src/state/session";
import { addMessages, forgetThreads } from "../src/state/threads";

const message = (id: string, parent: string | null, state: MessageState): Message => ({
  id,
  conversation_id: "c1",
  parent_id: parent,
  role: parent === null ? "user" : "assistant",
  text: id,
  steps: [],
  event_id: "0",
  feedback: null,
  attachments: [],
  state,
  error: null,
  model: null,
  usage: null,
  together: false,
  created_at: "2026-11-24T00:00:00Z",
});

function thread(answer: MessageState): void {
  const messages = [message("q", null, "complete"), message("a", "q", answer)];
  addMessages("c1", messages, messages);
}

describe("say", () => {
  beforeEach(() => {
    // Nothing is delivered, so what would be sent can be looked at.
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    localStorage.clear();
    emptyOutbox();
    forgetThreads();
    session.set({ ...session.get(), status: "in" } as ReturnType<typeof session.get>);
    openId.set("c1");
  });

  it("follows what has been said where nothing is being written", () => {
    thread("complete");
    say(["And then?"], []);
    expect(outbox.get().map((item) => [item.parentId, item.policy])).toEqual([["a", null]]);
  });

  it("applies the policy where an answer is being written", () => {
    thread("generating");
    say(["And beside it?"], []);
    expect(outbox.get().map((item) => [item.parentId, item.policy])).toEqual([["a", "together"]]);
  });

  it("asks the parts of a message together, the first behind what has been said", () => {
    thread("complete");
    say(["One?", "Two?"], []);
    const items = outbox.get();
    expect(items.map((item) => item.policy)).toEqual([null, "together"]);
    expect(items[1]?.parentId).toBe(items[0]?.replyId);
  });
});
