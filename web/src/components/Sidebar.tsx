/** The list of conversations, the way to a new one, and the account. */
import { useMemo, useState } from "react";
import type { Conversation, Member, Project } from "../api/types";
import { ageOf, type Age } from "../lib/format";
import { conversations, loadMore, refreshConversations } from "../state/conversations";
import { projects } from "../state/personal";
import { plainWords } from "../state/errors";
import { go, openId } from "../state/route";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AccountMenu } from "./AccountMenu";
import { ConversationRow } from "./ConversationRow";
import { ArchiveIcon, FolderIcon, PlusIcon, SearchIcon } from "./icons";
import { lazyPart } from "./lazyPart";
import { Wordmark } from "./Logo";

type Group = Age | "pinned";
const GROUPS: readonly Group[] = ["pinned", "today", "yesterday", "week", "month", "older"];

interface Props {
  member: Member;
  onNavigate: () => void;
  onSearch: () => void;
  onShare: (conversation: Conversation) => void;
}

const ArchivedDialog = lazyPart(
  () => import("./ArchivedDialog"),
  ({ onClose }) => onClose(),
);
const ProjectDialog = lazyPart(
  () => import("./ProjectDialog"),
  ({ onClose }) => onClose(),
);

export function Sidebar({ member, onNavigate, onSearch, onShare }: Props) {
  const [archive, setArchive] = useState(false);
  const startNew = () => {
    go(null);
    onNavigate();
  };
  return (
    <nav className="sidebar" aria-label={t.nav.label}>
      <div className="sidebar-head">
        <Wordmark />
      </div>
      <button type="button" className="new-chat" onClick={startNew}>
        <PlusIcon />
        <span>{t.nav.newChat}</span>
      </button>
      <button type="button" className="search-button" aria-keyshortcuts="Control+K Meta+K" onClick={onSearch}>
        <SearchIcon />
        <span>{t.nav.search}</span>
        <kbd aria-hidden="true">{shortcut()}</kbd>
      </button>
      <div className="sidebar-list" tabIndex={-1}>
        <Projects />
        <List onNavigate={onNavigate} onShare={onShare} />
      </div>
      <button type="button" className="search-button" onClick={() => setArchive(true)}>
        <ArchiveIcon />
        <span>{t.archived.open}</span>
      </button>
      {archive && <ArchivedDialog onClose={() => setArchive(false)} />}
      <AccountMenu member={member} />
    </nav>
  );
}

function Projects() {
  const all = useStore(projects, (now) => now);
  const [open, setOpen] = useState<Project | "new" | null>(null);
  return (
    <section aria-label={t.projects.label}>
      <div className="age-line">
        <h2 className="age">{t.projects.label}</h2>
        <button
          type="button"
          className="icon-button small"
          aria-label={t.projects.create}
          title={t.projects.create}
          onClick={() => setOpen("new")}
        >
          <PlusIcon />
        </button>
      </div>
      <ul>
        {all.map((project) => (
          <li key={project.id} className="row">
            <button type="button" className="project-row" onClick={() => setOpen(project)}>
              <FolderIcon />
              <span dir="auto">{project.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {open !== null && <ProjectDialog project={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </section>
  );
}

interface ListProps {
  onNavigate: () => void;
  onShare: (conversation: Conversation) => void;
}

function List({ onNavigate, onShare }: ListProps) {
  const list = useStore(conversations, (now) => now);
  const current = useStore(openId, (now) => now);
  const groups = useMemo(() => byAge(list.items), [list.items]);

  if (list.status === "loading") return <Skeleton />;
  if (list.status === "failed") {
    return (
      <div className="sidebar-note" role="alert">
        <p>{t.nav.failed}</p>
        {list.error !== null && <p className="faint">{plainWords(list.error)}</p>}
        <button type="button" className="quiet" onClick={() => void refreshConversations()}>
          {t.thread.retry}
        </button>
      </div>
    );
  }
  if (list.items.length === 0) {
    return (
      <div className="sidebar-note">
        <p>{t.nav.empty}</p>
        <p className="faint">{t.nav.emptyHint}</p>
      </div>
    );
  }
  return (
    <>
      {/* One list: a row that goes to another group stays the same row, with its open menu, or its name half typed. */}
      <ul>
        {groups.flatMap(([age, items]) => [
          <li key={age}>
            <h2 className="age">{t.nav[age]}</h2>
          </li>,
          ...items.map((one) => (
            <ConversationRow
              key={one.id}
              conversation={one}
              current={one.id === current}
              onOpened={onNavigate}
              onShare={onShare}
            />
          )),
        ])}
      </ul>
      {list.next !== null && (
        <button type="button" className="quiet more" disabled={list.loadingMore} onClick={() => void loadMore()}>
          {list.loadingMore ? t.nav.loadingMore : t.nav.more}
        </button>
      )}
    </>
  );
}

function byAge(items: readonly Conversation[]): [Group, Conversation[]][] {
  const now = new Date();
  const groups = new Map<Group, Conversation[]>();
  for (const one of items) {
    const age = one.pinned ? "pinned" : ageOf(one.updated_at, now);
    groups.set(age, [...(groups.get(age) ?? []), one]);
  }
  return GROUPS.flatMap((age) => {
    const group = groups.get(age);
    return group === undefined ? [] : [[age, group]];
  });
}

function Skeleton() {
  return (
    <div className="skeleton-list" role="status" aria-label={t.nav.loading}>
      {[72, 58, 84, 64, 46].map((width) => (
        <span key={width} className="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function shortcut(): string {
  return /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";
}
