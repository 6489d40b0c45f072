// @vitest-environment jsdom
// A conversation may go to another group of the list at any moment; who is at work on its row must not notice.
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation, Member } from "../src/api/types";
import { Sidebar } from "../src/components/Sidebar";
import { conversations, forgetConversations, upsert } from "../src/state/conversations";
import { t } from "../src/strings";

const MEMBER: Member = { id: "m", name: "Ann", email: null, role: "admin" };

const conversation = (id: string, change: Partial<Conversation> = {}) =>
  ({ id, title: id, version: 1, pinned: false, updated_at: "2020-01-01T00:00:00Z", ...change }) as Conversation;

let root: Root;
let box: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  HTMLElement.prototype.showPopover = () => undefined;
  box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  conversations.update((now) => ({ ...now, status: "ready", items: [conversation("one"), conversation("two")] }));
  act(() =>
    root.render(
      <Sidebar member={MEMBER} onNavigate={() => undefined} onSearch={() => undefined} onShare={() => undefined} />,
    ),
  );
});
afterEach(() => {
  act(() => root.unmount());
  box.remove();
  forgetConversations();
  vi.unstubAllGlobals();
});

/** The list as it is read, below the projects' heading. */
const groups = () => [...box.querySelectorAll(".age, .row")].slice(1).map((item) => item.textContent);
const click = (element: Element | null | undefined) => act(() => (element as HTMLElement).click());
const options = (title: string) => box.querySelector(`[aria-label="${t.nav.options(title)}"]`);
const item = (label: string) => [...box.querySelectorAll('[role="menuitem"]')].find((one) => one.textContent === label);

const toTheTop = (id: string) => {
  act(() => upsert(conversation(id, { version: 2, pinned: true, updated_at: new Date().toISOString() })));
  expect(groups()).toEqual([t.nav.pinned, id, t.nav.older, id === "one" ? "two" : "one"]);
};

describe("a row", () => {
  it("lets its title be read from its own side", () => {
    expect([...box.querySelectorAll('.row a[dir="auto"]')].map((one) => one.textContent)).toEqual(["one", "two"]);
  });
});

describe("a row that goes to another group", () => {
  it("keeps its menu open", () => {
    click(options("one"));
    toTheTop("one");
    expect(options("one")?.getAttribute("aria-expanded")).toBe("true");
    expect(item(t.nav.remove)).toBeDefined();
    expect(item(t.nav.unpin)).toBeDefined();
  });

  it("keeps the name that is being typed", () => {
    click(options("two"));
    click(item(t.nav.rename));
    const field = () => box.querySelector<HTMLInputElement>(`[aria-label="${t.nav.renameLabel}"]`);
    const before = field();
    expect(before).not.toBeNull();
    act(() => upsert(conversation("two", { version: 2, pinned: true, updated_at: new Date().toISOString() })));
    expect(field()).toBe(before);
    expect(document.activeElement).toBe(before);
  });
});
