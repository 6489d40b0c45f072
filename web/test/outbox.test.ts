// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { draftOf, keepDraft } from "../src/state/drafts";
import { discard, emptyOutbox, outbox, post, restoreOutbox, retryAll, type Parcel } from "../src/state/outbox";
import { session } from "../src/state/session";
import { forgetThreads, threads } from "../src/state/threads";
import { path } from "../src/state/tree";

const PARCEL: Parcel = {
  id: "m1",
  replyId: "r1",
  conversationId: "c1",
  opensConversation: true,
  parentId: null,
  text: "Hello",
  attachments: [],
  model: null,
  policy: null,
};

interface Call {
  path: string;
  body: unknown;
}

let calls: Call[];
let answers: (() => Response)[];

const json = (status: number, value: unknown) => new Response(JSON.stringify(value), { status });
const failure = (status: number, type: string) => () => json(status, { error: { type, message: type } });
const conversation = () =>
  json(201, {
    id: "c1",
    title: "",
    model: null,
    created_at: "2026-11-24T00:00:00Z",
    updated_at: "2026-11-24T00:00:00Z",
  });
const message = (id: string, parent: string | null) => ({
  id,
  conversation_id: "c1",
  parent_id: parent,
  role: parent === null ? "user" : "assistant",
  text: "Hello",
  state: "complete",
  error: null,
  model: null,
  usage: null,
  together: false,
  created_at: "2026-11-24T00:00:00Z",
});
const exchange = () => json(201, { message: message("m1", null), reply: message("r1", "m1") });

const kept = () => Object.keys(localStorage).filter((key) => key.includes("outbox"));
const states = () => outbox.get().map((item) => item.state);
const settled = () => vi.waitFor(() => expect(outbox.get().every((item) => item.state !== "sending")).toBe(true));

beforeEach(() => {
  localStorage.clear();
  calls = [];
  answers = [];
  session.set({ status: "in", member: { id: "ada", name: "Ada", email: null, role: "user" } });
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    calls.push({ path, body: JSON.parse(init.body as string) as unknown });
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new TypeError("no network")) : Promise.resolve(answer());
  });
});

afterEach(() => {
  emptyOutbox();
  forgetThreads();
  vi.unstubAllGlobals();
});

describe("the outbox", () => {
  it("keeps a message before it is sent and forgets it after", async () => {
    answers = [conversation, exchange];
    post(PARCEL);
    expect(kept()).toEqual(["stoa.ada.outbox.m1"]);
    await vi.waitFor(() => expect(outbox.get()).toEqual([]));
    expect(kept()).toEqual([]);
    const tree = threads.get().get("c1")?.tree;
    expect(tree === undefined ? [] : path(tree).map((step) => step.message.id)).toEqual(["m1", "r1"]);
  });

  it("sends again with the same ids when the network comes back", async () => {
    post(PARCEL);
    await settled();
    expect(outbox.get()[0]?.state).toBe("waiting");
    expect(kept()).toHaveLength(1);
    answers = [conversation, exchange];
    retryAll();
    await vi.waitFor(() => expect(outbox.get()).toEqual([]));
    const sent = calls.filter((call) => call.path.endsWith("/messages"));
    expect(sent.map((call) => call.body)).toEqual([{ id: "m1", reply_id: "r1", parent_id: null, text: "Hello" }]);
    expect(calls.filter((call) => call.path === "/api/conversations").map((call) => call.body)).toEqual([
      { id: "c1" },
      { id: "c1" },
    ]);
  });

  it("keeps what the server turns down, to be edited", async () => {
    answers = [conversation, failure(413, "too_large")];
    post(PARCEL);
    await settled();
    expect(outbox.get()[0]).toMatchObject({ state: "failed", text: "Hello" });
    expect(kept()).toHaveLength(1);
    expect(discard("m1")?.text).toBe("Hello");
    expect(kept()).toEqual([]);
  });

  it("takes up after a reload what was not sent", async () => {
    post(PARCEL);
    await settled();
    emptyOutbox();
    answers = [conversation, exchange];
    restoreOutbox();
    await vi.waitFor(() => expect(outbox.get()).toEqual([]));
    expect(calls.at(-1)?.body).toMatchObject({ id: "m1", reply_id: "r1" });
  });

  it("survives the end of a session and shows nothing to another member", async () => {
    answers = [failure(401, "authentication")];
    post(PARCEL);
    await settled();
    expect(session.get().status).toBe("out");
    expect(kept()).toHaveLength(1);
    session.set({ status: "in", member: { id: "bob", name: "Bob", email: null, role: "user" } });
    restoreOutbox();
    expect(outbox.get()).toEqual([]);
    expect(kept()).toHaveLength(1);
  });

  it("says what waits behind a message that the server turns down, and sends it when that is taken back", async () => {
    answers = [conversation, failure(413, "too_large")];
    post(PARCEL);
    post({ ...PARCEL, id: "m2", replyId: "r2", opensConversation: false, parentId: "r1", text: "And this" });
    post({ ...PARCEL, id: "m3", replyId: "r3", opensConversation: false, parentId: "r2", text: "And that" });
    await settled();
    expect(states()).toEqual(["failed", "behind", "behind"]);
    discard("m1");
    await vi.waitFor(() => expect(states()).toEqual(["waiting", "behind"]));
    answers = [exchange, exchange];
    retryAll();
    // The first one in other words, behind those that were sent meanwhile.
    post({ ...PARCEL, id: "m4", replyId: "r4", opensConversation: false, parentId: "r3", text: "Short" });
    answers.push(exchange);
    await vi.waitFor(() => expect(outbox.get()).toEqual([]));
    const sent = calls.slice(-3).map((call) => call.body as { id: string; parent_id: string | null });
    expect(sent.map(({ id, parent_id }) => [id, parent_id])).toEqual([
      ["m2", null],
      ["m3", "r2"],
      ["m4", "r3"],
    ]);
  });

  it("says that what waits behind a message is being sent once that one is tried again", async () => {
    post({ ...PARCEL, opensConversation: false });
    post({ ...PARCEL, id: "m2", replyId: "r2", opensConversation: false, parentId: "r1", text: "And this" });
    post({ ...PARCEL, id: "m3", replyId: "r3", opensConversation: false, parentId: "r2", text: "And that" });
    await settled();
    expect(states()).toEqual(["waiting", "behind", "behind"]);
    retryAll();
    expect(states()).toEqual(["sending", "sending", "sending"]);
    await settled();
    expect(states()).toEqual(["waiting", "behind", "behind"]);
  });

  it("puts at the thread's end what stood behind a message for the end that is taken back", async () => {
    post({ ...PARCEL, opensConversation: false, atEnd: true });
    post({ ...PARCEL, id: "m2", replyId: "r2", opensConversation: false, parentId: "r1" });
    await settled();
    discard("m1");
    expect(outbox.get()).toMatchObject([{ id: "m2", parentId: null, atEnd: true }]);
    expect(JSON.parse(localStorage.getItem("stoa.ada.outbox.m2") ?? "{}")).toMatchObject({ atEnd: true });
  });

  it("skips what it can't read", () => {
    localStorage.setItem("stoa.ada.outbox.x", "{broken");
    restoreOutbox();
    expect(outbox.get()).toEqual([]);
    expect(kept()).toEqual([]);
  });
});

describe("drafts", () => {
  it("are kept per conversation until they are emptied", () => {
    keepDraft(null, "new");
    keepDraft("c1", "old");
    expect([draftOf(null), draftOf("c1"), draftOf("c2")]).toEqual(["new", "old", ""]);
    keepDraft("c1", "");
    expect(draftOf("c1")).toBe("");
    expect(Object.keys(localStorage).filter((name) => name.includes(".draft."))).toEqual(["stoa.ada.draft.new"]);
  });
});
