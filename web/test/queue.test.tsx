// @vitest-environment jsdom
// A question that waits is asked or written anew once, however many devices want to, and whatever the network does.
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import { ApiError } from "../src/api/http";
import type { Queued } from "../src/api/types";
import { QueueList } from "../src/components/QueueList";
import { sendQueued } from "../src/state/app";
import { emptyOutbox, outbox } from "../src/state/outbox";
import { addQueued, forgetThreads, threads } from "../src/state/threads";
import { t } from "../src/strings";

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
