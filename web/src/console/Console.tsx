/**
 * The console of those who administer or develop. A chunk of its own, loaded when it is first opened. A new page is an entry of
 * PAGES and a word.
 */
import { useEffect, useRef, type ReactNode } from "react";
import type { Member } from "../api/types";
import { LeftIcon } from "../components/icons";
import { Wordmark } from "../components/Logo";
import { administers } from "../lib/roles";
import { go, goToConsole } from "../state/route";
import { t } from "../strings";
import { AuditPage } from "./AuditPage";
import "./charts.css";
import "./console.css";
import "./forms.css";
import { IncidentsPage } from "./IncidentsPage";
import { KeysPage } from "./KeysPage";
import { LimitsPage } from "./LimitsPage";
import { ModelsPage } from "./ModelsPage";
import { PeoplePage } from "./PeoplePage";
import { PlaygroundPage } from "./PlaygroundPage";
import { QualityPage } from "./QualityPage";
import { RetentionPage } from "./RetentionPage";
import { RunningPage } from "./RunningPage";
import { UsagePage } from "./UsagePage";
import { w } from "./words";
import { WorkspacesPage } from "./WorkspacesPage";

interface PageEntry {
  id: keyof typeof w.pages;
  /** What is to operate is for administrators; developers see what is theirs. */
  group: keyof typeof w.groups;
  /** It is about the whole server. */
  operators?: true;
  body: (member: Member) => ReactNode;
}

const PAGES: readonly PageEntry[] = [
  { id: "running", group: "operate", body: () => <RunningPage /> },
  { id: "people", group: "operate", body: (member) => <PeoplePage member={member} /> },
  { id: "workspaces", group: "operate", body: () => <WorkspacesPage /> },
  { id: "limits", group: "operate", body: () => <LimitsPage /> },
  { id: "quality", group: "operate", body: () => <QualityPage /> },
  { id: "models", group: "operate", operators: true, body: () => <ModelsPage /> },
  { id: "incidents", group: "operate", operators: true, body: () => <IncidentsPage /> },
  { id: "retention", group: "operate", body: () => <RetentionPage /> },
  { id: "audit", group: "operate", body: () => <AuditPage /> },
  { id: "playground", group: "develop", body: () => <PlaygroundPage /> },
  { id: "keys", group: "develop", body: (member) => <KeysPage own={!administers(member)} /> },
  { id: "usage", group: "develop", body: (member) => <UsagePage own={!administers(member)} /> },
];

export default function Console({ page, member }: { page: string; member: Member }) {
  const groups = administers(member) ? (["operate", "develop"] as const) : (["develop"] as const);
  const pages = PAGES.filter(
    (one) => groups.some((group) => group === one.group) && (one.operators === undefined || member.role === "operator"),
  );
  const shown = pages.find((one) => one.id === page) ?? pages[0];
  useEffect(() => {
    document.title = `${shown === undefined ? w.title : w.pages[shown.id]} · ${t.app.name}`;
  }, [shown]);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages lie in a row that is wider than the screen.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown]);
  return (
    <div className="console">
      <header className="console-head">
        <Wordmark />
        <button type="button" className="quiet" onClick={() => go(null)}>
          <LeftIcon /> {w.back}
        </button>
      </header>
      <nav ref={nav} className="console-nav" aria-label={w.title}>
        {groups.map((group) => (
          <div key={group} role="group" aria-labelledby={`console-${group}`}>
            <h2 id={`console-${group}`}>{w.groups[group]}</h2>
            {pages
              .filter((one) => one.group === group)
              .map((one) => (
                <a
                  key={one.id}
                  href={`#/console/${one.id}`}
                  aria-current={one.id === shown?.id ? "page" : undefined}
                  onClick={(event) => {
                    event.preventDefault();
                    goToConsole(one.id);
                  }}
                >
                  {w.pages[one.id]}
                </a>
              ))}
          </div>
        ))}
      </nav>
      <main className="console-main">
        <h1>{shown === undefined ? w.title : w.pages[shown.id]}</h1>
        {shown?.body(member)}
      </main>
    </div>
  );
}
