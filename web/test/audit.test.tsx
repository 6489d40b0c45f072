// @vitest-environment jsdom
// The audit log says of whom and what it tells.
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import { admin, type AuditEvent, type Key, type Page, type User, type Workspace } from "../src/console/api";
import { AuditPage } from "../src/console/AuditPage";

const ANN = "0193f1c0-0000-7000-8000-000000000001";
const CI = "0193f1c0-0000-7000-8000-000000000002";
const TEAM = "0193f1c0-0000-7000-8000-000000000003";

const page = <T,>(data: unknown[]) => Promise.resolve({ data, has_more: false, last_id: null } as Page<T>);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What stands in the last cell of the event's row. */
async function about(event: Partial<AuditEvent>): Promise<string | null | undefined> {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.spyOn(admin, "users").mockReturnValue(page<User>([{ id: `user_${ANN}`, name: "Ann" }]));
  vi.spyOn(admin, "keys").mockReturnValue(page<Key>([{ id: `apikey_${CI}`, name: "Builds" }]));
  vi.spyOn(admin, "workspaces").mockReturnValue(page<Workspace>([{ id: `wrkspc_${TEAM}`, name: "Research" }]));
  vi.spyOn(admin, "audit").mockReturnValue(
    page<AuditEvent>([
      { id: "e", created_at: "2026-11-24T00:00:00Z", user_id: `user_${ANN}`, action: "a", detail: {}, ...event },
    ]),
  );
  const box = document.createElement("div");
  const root = createRoot(box);
  await act(async () => {
    root.render(<AuditPage />);
    await Promise.resolve();
  });
  const cells = [...box.querySelectorAll("tbody td")];
  act(() => root.unmount());
  return [...(cells.at(-1)?.children ?? [])].map((one) => one.textContent).join(" | ");
}

it("says whose role changed, and how", async () => {
  expect(await about({ subject_id: ANN, detail: { from: "member", to: "admin" } })).toBe(
    "Ann | from: member, to: admin",
  );
  expect(await about({ subject_id: TEAM, detail: { user_id: ANN, workspace_role: "workspace_admin" } })).toBe(
    "Research | user_id: Ann, workspace_role: workspace_admin",
  );
});

it("says which limits were set", async () => {
  const detail = {
    scope: { type: "api_key", id: `apikey_${CI}`, model: null },
    requests_per_minute: 60,
    in_flight: null,
    budgets: [{ period: "day", unit: "usd", amount: 2.5 }],
  };
  expect(await about({ subject_id: CI, detail })).toBe(
    "Builds | scope: {type: api_key, id: Builds, model: –}, requests_per_minute: 60, in_flight: –, " +
      "budgets: [{period: day, unit: usd, amount: 2.5}]",
  );
});

it("names what it does not know by its id", async () => {
  expect(await about({ subject_id: "fast", detail: { reason: "it_fails" } })).toBe("fast | reason: it_fails");
});
