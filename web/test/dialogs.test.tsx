// @vitest-environment jsdom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import { ApiError } from "../src/api/http";
import type { Conversation, Share } from "../src/api/types";
import { Dialog } from "../src/components/Dialog";
import { lazyPart } from "../src/components/lazyPart";
import { ShareDialog } from "../src/components/ShareDialog";
import { dismiss, toasts } from "../src/state/notices";
import { session } from "../src/state/session";
import { t } from "../src/strings";

let root: Root;
let box: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  HTMLDialogElement.prototype.showModal = () => undefined;
  box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
});
afterEach(() => {
  act(() => root.unmount());
  box.remove();
  toasts.get().forEach(({ id }) => dismiss(id));
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const one = (selector: string) => {
  const found = box.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
};

describe("a dialog", () => {
  /** The button goes down on one element and up on the dialog's backdrop: the browser tells the dialog of the click. */
  const dragToBackdrop = (from: HTMLElement) =>
    act(() => {
      from.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
      one("dialog").click();
    });

  it("is closed by a click beside it, and not by a selection that is dragged out of it", () => {
    const close = vi.fn();
    act(() =>
      root.render(
        <Dialog title="A key" actions={null} onClose={close}>
          <p>sk-stoa-shown-once</p>
        </Dialog>,
      ),
    );
    dragToBackdrop(one("p"));
    expect(close).not.toHaveBeenCalled();
    dragToBackdrop(one("dialog"));
    expect(close).toHaveBeenCalledOnce();
  });
});

describe("the links to a conversation", () => {
  const share = (id: string): Share => ({
    id,
    conversation_id: "c",
    title: "",
    created_at: "2026-01-01T00:00:00Z",
    expires_at: "2026-01-31T00:00:00Z",
  });
  const open = () =>
    act(async () => {
      root.render(<ShareDialog conversation={{ id: "c" } as Conversation} onClose={() => undefined} />);
      return Promise.resolve();
    });
  const rows = () => box.querySelectorAll(".share-list li").length;
  const said = () => toasts.get().map(({ kind, text }) => [kind, text]);
  const network = new ApiError("network", "no answer");
  const notThere = new ApiError("not_found", "", 404);

  it.each([
    ["stays where closing it failed", network, 2],
    ["is gone where it was closed elsewhere", notThere, 1],
  ])("are as they are: one %s", async (_, error, left) => {
    vi.spyOn(api, "shares").mockResolvedValue({ shares: [share("one"), share("two")] });
    const revoke = vi.spyOn(api, "revoke").mockRejectedValue(error);
    await open();
    await act(() => {
      one(`[aria-label="${t.share.revoke}"]`).click();
      return Promise.resolve();
    });
    expect(revoke).toHaveBeenCalledExactlyOnceWith("one");
    expect(rows()).toBe(left);
    expect(said()).toEqual(left === 1 ? [] : [["error", expect.stringContaining(t.share.notRevoked)]]);
  });

  it("are not taken for none where they can't be loaded", async () => {
    vi.spyOn(api, "shares").mockRejectedValue(network);
    await open();
    expect(said()).toEqual([["error", expect.stringContaining(t.share.notLoaded)]]);
  });

  it("say nothing after they were closed, but the end of a session counts", async () => {
    session.set({ status: "in", member: { id: "ada", name: "Ada", email: null, role: "user" } });
    let fail: (cause: ApiError) => void = () => undefined;
    vi.spyOn(api, "shares").mockReturnValue(new Promise((_, reject) => (fail = reject)));
    await open();
    act(() => root.render(null));
    await act(() => {
      fail(new ApiError("authentication", "", 401));
      return Promise.resolve();
    });
    expect(said()).toEqual([]);
    expect(session.get()).toEqual({ status: "out", expired: true });
  });
});

describe("a part that can't be fetched", () => {
  const press = (label: string) =>
    act(() => {
      [...box.querySelectorAll("button")].find((button) => button.textContent === label)?.click();
      return Promise.resolve();
    });
  const Settings = ({ name }: { name: string }) => <p>{name}</p>;

  it("leaves the page as it is, is tried again when asked, and can be closed", async () => {
    // React reports what was caught.
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const close = vi.fn<(name: string) => void>();
    const fetchPart = vi.fn(() => Promise.resolve({ default: Settings }));
    fetchPart.mockRejectedValueOnce(new TypeError("404")).mockRejectedValueOnce(new TypeError("offline"));
    const Part = lazyPart<{ name: string }>(fetchPart, ({ name }) => close(name));
    const shown = () => [box.textContent.includes("half a question"), box.querySelector("h2")?.textContent];
    await act(() => {
      root.render(
        <>
          <p>half a question</p>
          <Part name="tabs" />
        </>,
      );
      return Promise.resolve();
    });
    expect(shown()).toEqual([true, t.part.title]);
    await press(t.part.close);
    expect(close).toHaveBeenCalledExactlyOnceWith("tabs");
    await press(t.thread.retry);
    expect(shown()).toEqual([true, t.part.title]);
    await press(t.thread.retry);
    expect(shown()).toEqual([true, undefined]);
    expect(box.textContent).toContain("tabs");
    expect(fetchPart).toHaveBeenCalledTimes(3);
  });
});
