import { describe, expect, it } from "vitest";
import type { Message } from "../src/api/types";
import { choose, EMPTY_TREE, leafOf, merge, path } from "../src/state/tree";

const message = (id: string, parent_id: string | null, part: Partial<Message> = {}): Message => ({
  id,
  conversation_id: "c",
  parent_id,
  role: parent_id === null || part.role === "user" ? "user" : "assistant",
  text: id,
  steps: [],
  event_id: "0",
  feedback: null,
  attachments: [],
  state: "complete",
  error: null,
  model: null,
  usage: null,
  together: false,
  created_at: "2026-11-24T00:00:00Z",
  ...part,
});

const ids = (tree: Parameters<typeof path>[0]) => path(tree).map((step) => step.message.id);
const THREAD = [message("q1", null), message("a1", "q1"), message("a2", "q1"), message("q2", "a1")];

describe("a tree of messages", () => {
  it("shows the newest branch", () => {
    const tree = merge(EMPTY_TREE, THREAD);
    expect(ids(tree)).toEqual(["q1", "a2"]);
    expect(path(tree)[1]?.siblings).toEqual(["a1", "a2"]);
  });

  it("shows the chosen one, with all that follows it", () => {
    const tree = choose(merge(EMPTY_TREE, THREAD), message("a1", "q1"));
    expect(ids(tree)).toEqual(["q1", "a1", "q2"]);
    expect(leafOf(tree)?.id).toBe("q2");
  });

  it("merges the same page twice without a change", () => {
    const once = merge(EMPTY_TREE, THREAD);
    expect(ids(merge(once, THREAD))).toEqual(ids(once));
    expect(merge(once, THREAD).children).toEqual(once.children);
  });

  it("puts siblings in the server's order, whichever was heard of first", () => {
    const own = message("mine", "a1", { created_at: "2026-11-24T00:00:09Z" });
    const theirs = message("theirs", "a1", { created_at: "2026-11-24T00:00:05Z" });
    const tree = merge(merge(merge(EMPTY_TREE, [message("q1", null), message("a1", "q1")]), [own]), [theirs]);
    expect(tree.children.get("a1")).toEqual(["theirs", "mine"]);
    // A clock that runs ahead gives way to the server's.
    const ahead = merge(tree, [{ ...theirs, created_at: "2026-11-24T00:00:10Z" }]);
    expect(ahead.children.get("a1")).toEqual(["mine", "theirs"]);
    expect(merge(ahead, [own]).children.get("a1")).toBe(ahead.children.get("a1"));
  });

  it("does not start an ended answer again", () => {
    const tree = merge(EMPTY_TREE, [message("q", null), message("a", "q", { text: "whole" })]);
    const late = merge(tree, [message("a", "q", { text: "wh", state: "generating" })]);
    expect(late.messages.get("a")?.text).toBe("whole");
  });

  it("ends on a circle", () => {
    const tree = merge(EMPTY_TREE, [message("a", null), message("b", "a"), message("b2", "b")]);
    const circle = { ...tree, children: new Map(tree.children).set("b2", ["a"]) };
    expect(ids(circle)).toEqual(["a", "b", "b2"]);
  });

  it("is empty without messages", () => {
    expect(path(EMPTY_TREE)).toEqual([]);
    expect(leafOf(EMPTY_TREE)).toBeNull();
  });
});
