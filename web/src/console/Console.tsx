/**
 * The console of those who administer: people, keys, usage, audit log. A chunk of its own, loaded when it is first
 * opened. A new page is an entry of PAGES and a word.
 */
import { useEffect, type ReactNode } from "react";
import type { Member } from "../api/types";
import { LeftIcon } from "../components/icons";
import { Wordmark } from "../components/Logo";
import { go, goToConsole } from "../state/route";
import { t } from "../strings";
import { AuditPage } from "./AuditPage";
import "./console.css";
import { KeysPage } from "./KeysPage";
import { PeoplePage } from "./PeoplePage";
import { UsagePage } from "./UsagePage";
import { w } from "./words";

interface PageEntry {
  id: string;
  label: string;
  body: (member: Member) => ReactNode;
}

const PAGES: readonly PageEntry[] = [
  { id: "people", label: w.pages.people, body: (member) => <PeoplePage member={member} /> },
  { id: "keys", label: w.pages.keys, body: () => <KeysPage /> },
  { id: "usage", label: w.pages.usage, body: () => <UsagePage /> },
  { id: "audit", label: w.pages.audit, body: () => <AuditPage /> },
];

export default function Console({ page, member }: { page: string; member: Member }) {
  const shown = PAGES.find((one) => one.id === page) ?? PAGES[0];
  useEffect(() => {
    document.title = `${shown?.label ?? w.title} · ${t.app.name}`;
  }, [shown]);
  return (
    <div className="console">
      <header className="console-head">
        <Wordmark />
        <button type="button" className="quiet" onClick={() => go(null)}>
          <LeftIcon /> {w.back}
        </button>
      </header>
      <nav className="console-nav" aria-label={w.title}>
        {PAGES.map((one) => (
          <a
            key={one.id}
            href={`#/console/${one.id}`}
            aria-current={one.id === shown?.id ? "page" : undefined}
            onClick={(event) => {
              event.preventDefault();
              goToConsole(one.id);
            }}
          >
            {one.label}
          </a>
        ))}
      </nav>
      <main className="console-main">
        <h1>{shown?.label}</h1>
        {shown?.body(member)}
      </main>
    </div>
  );
}
