// @vitest-environment jsdom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Dialog } from "../src/components/Dialog";

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
