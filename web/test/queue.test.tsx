// @vitest-environment jsdom
// A question that waits is asked or written anew once, however many devices want to, and whatever the network does.
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import { ApiError } from "../src/api/http";
import type { Conversation, Message, Queued, Thread } from "../src/api/types";
import { QueueList } from "../src/components/QueueList";
import { sendQueued, startApp } from "../src/state/app";
import { emptyOutbox, outbox } from "../src/state/outbox";
import { session } from "../src/state/session";
import { addQueued, forgetThreads, moveQueued, openThread, removeQueued, threads } from "../src/state/threads";
import { restoreUnsure, type Waiting } from "../src/state/unsure";
import { t } from "../src/strings";
import { message } from "./messages";

const QUEUED: Queued = {
  id: "w",
  reply_id: "wr",
  conversation_id: "c",
  after_id: "a",
  text: "And then?",
  attachments: [],
  model: null,
  created_at: "2026-01-01T00:00:00Z",
};
const GONE = new ApiError("not_found", "", 404);
const UNREACHABLE = new ApiError("network", "no answer");

const waiting = () => threads.get().get("c")?.queue;
const asked = () => outbox.get().map(({ text, parentId }) => [text, parentId]);

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  // Nothing is delivered, so what would be sent can be looked at.
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  localStorage.clear();
  restoreUnsure();
  addQueued(QUEUED);
});
afterEach(() => {
  emptyOutbox();
  forgetThreads();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("a question that waits", () => {
  it("is asked at once when it is taken out", async () => {
    vi.spyOn(api, "removeQueued").mockResolvedValue(undefined);
    await sendQueued(QUEUED);
    expect([waiting(), asked()]).toEqual([[], [["And then?", "a"]]]);
  });

  it("is not asked again where another device was first", async () => {
    vi.spyOn(api, "removeQueued").mockRejectedValue(GONE);
    await sendQueued(QUEUED);
    expect([waiting(), asked()]).toEqual([[], []]);
  });

  it("waits on where the server can't be told", async () => {
    vi.spyOn(api, "removeQueued").mockRejectedValue(UNREACHABLE);
    await sendQueued(QUEUED);
    expect([waiting(), asked()]).toEqual([[QUEUED], []]);
  });

  it.each([
    ["goes into the box when it is taken out", null, 1],
    ["stays out of the box where another device was first", GONE, 0],
  ])("%s", async (_, error, times) => {
    const remove = vi.spyOn(api, "removeQueued");
    if (error === null) remove.mockResolvedValue(undefined);
    else remove.mockRejectedValue(error);
    const edit = vi.fn();
    const box = document.createElement("div");
    const root = createRoot(box);
    act(() => root.render(<QueueList queue={[QUEUED]} held={false} onEdit={edit} />));
    await act(() => {
      box.querySelector<HTMLElement>(`[aria-label="${t.queue.edit}"]`)?.click();
      return Promise.resolve();
    });
    expect(remove).toHaveBeenCalledOnce();
    expect(edit).toHaveBeenCalledTimes(times);
    act(() => root.unmount());
  });
});

describe("a question whose removal got no answer", () => {
  const ONLY_HERE: Waiting = { ...QUEUED, onlyHere: true };
  const part = (queue: Queued[], messages: Message[] = []): Thread => ({
    conversation: { id: "c", version: 1, model: null, policy: "together" } as unknown as Conversation,
    messages,
    versions: {},
    more: false,
    summaries: [],
    queue,
    proposals: [],
  });

  /** The server took it out, nobody heard of it, and the thread is loaded anew once there is a network. */
  const lose = async (now: Thread) => {
    vi.spyOn(api, "removeQueued").mockRejectedValueOnce(UNREACHABLE).mockRejectedValue(GONE);
    const conversation = vi.spyOn(api, "conversation").mockRejectedValueOnce(UNREACHABLE).mockResolvedValue(now);
    expect(await removeQueued(QUEUED)).toBe(false);
    await vi.waitFor(() => expect(threads.get().get("c")?.status).toBe("failed"));
    expect(waiting()).toEqual([QUEUED]);
    return conversation;
  };

  it("is asked when that is tried again, once", async () => {
    await lose(part([]));
    await Promise.all([sendQueued(QUEUED), sendQueued(QUEUED)]);
    expect([waiting(), asked()]).toEqual([[], [["And then?", "a"]]]);
    await openThread("c");
    expect(waiting()).toEqual([]);
  });

  it("stays where it is only here until it is taken back into the box, whoever signs in meanwhile", async () => {
    const signIn = (id: string) => session.set({ status: "in", member: { id, name: id, email: null, role: "user" } });
    const seenBy = async (id: string) => {
      signIn(id);
      await openThread("c");
      return waiting();
    };
    startApp();
    signIn("ada");
    addQueued(QUEUED);
    await lose(part([]));
    await openThread("c");
    expect(waiting()).toEqual([ONLY_HERE]);
    expect(await seenBy("bob")).toEqual([]);
    expect(await seenBy("ada")).toEqual([ONLY_HERE]);
    expect(await removeQueued(ONLY_HERE)).toBe(true);
    expect(await seenBy("bob")).toEqual([]);
    expect(await seenBy("ada")).toEqual([]);
    session.set({ status: "out", expired: false });
  });

  it("stays behind others that are moved", async () => {
    const other = { ...QUEUED, id: "v" };
    await lose(part([other]));
    await openThread("c");
    vi.spyOn(api, "changeQueued").mockResolvedValue({ queue: [other] });
    await moveQueued(other, 1);
    expect(waiting()).toEqual([other, ONLY_HERE]);
  });

  it("waits on as before where the server still has it", async () => {
    await lose(part([QUEUED]));
    await openThread("c");
    expect(waiting()).toEqual([QUEUED]);
  });

  it("is not asked again where the server asked it", async () => {
    const conversation = await lose(part([], [message("w", "a", { role: "user" })]));
    await sendQueued(QUEUED);
    expect([waiting(), asked()]).toEqual([[], []]);
    conversation.mockResolvedValue(part([]));
    await openThread("c");
    expect(waiting()).toEqual([]);
  });

  it("is marked, and can't be moved", () => {
    const box = document.createElement("div");
    const root = createRoot(box);
    act(() =>
      root.render(<QueueList queue={[{ ...QUEUED, id: "v" }, ONLY_HERE]} held={false} onEdit={() => undefined} />),
    );
    const rows = [...box.querySelectorAll("li")];
    expect(rows.map((row) => row.textContent.includes(t.queue.onlyHere))).toEqual([false, true]);
    expect([...(rows[1]?.querySelectorAll("button:disabled") ?? [])].map((button) => button.ariaLabel)).toEqual([
      t.queue.up,
      t.queue.down,
    ]);
    act(() => root.unmount());
  });
});
