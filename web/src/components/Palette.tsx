/**
 * The command palette: conversations by title, what was said in them, and what can be done, in one list. A combobox
 * after the ARIA pattern: the field keeps the focus, arrows move through the list, Enter takes the marked one.
 */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { api } from "../api/client";
import type { Hit } from "../api/types";
import { moment } from "../lib/format";
import { conversations } from "../state/conversations";
import { setTheme } from "../state/prefs";
import { go, goTo } from "../state/route";
import { noteFailure } from "../state/session";
import { useStore } from "../state/store";
import { t } from "../strings";
import { ChatIcon, MoonIcon, PlusIcon, SearchIcon, SunIcon } from "./icons";
import { Modal } from "./Modal";

const PAUSE_MS = 140;
const TITLES_MAX = 6;

interface Entry {
  id: string;
  group: string;
  icon: ReactNode;
  label: ReactNode;
  detail?: string;
  run: () => void;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const hits = useHits(text);
  const items = useStore(conversations, (now) => now.items);
  const id = useId();

  const entries = useMemo<Entry[]>(() => {
    const wanted = text.trim().toLowerCase();
    const titles = items
      .filter((one) => (one.title === "" ? t.nav.untitled : one.title).toLowerCase().includes(wanted))
      .slice(0, TITLES_MAX)
      .map((one) => ({
        id: one.id,
        group: t.palette.conversations,
        icon: <ChatIcon />,
        label: one.title === "" ? t.nav.untitled : one.title,
        run: () => go(one.id),
      }));
    const found = hits.map((hit) => ({
      id: hit.message_id,
      group: t.palette.messages,
      icon: <SearchIcon />,
      label: <Snippet text={hit.snippet} />,
      detail: `${hit.title === "" ? t.nav.untitled : hit.title} · ${moment(hit.created_at)}`,
      run: () => goTo(hit.conversation_id, hit.message_id),
    }));
    const commands = COMMANDS.filter((one) => one.label.toLowerCase().includes(wanted)).map((one) => ({
      ...one,
      group: t.palette.commands,
    }));
    return wanted === ""
      ? [...commands.slice(0, 1), ...titles, ...commands.slice(1)]
      : [...titles, ...found, ...commands];
  }, [text, items, hits]);
  const marked = Math.min(at, Math.max(0, entries.length - 1));

  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = { ArrowDown: marked + 1, ArrowUp: marked - 1 }[event.key];
    if (to !== undefined && entries.length > 0) {
      event.preventDefault();
      const next = (to + entries.length) % entries.length;
      setAt(next);
      list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[marked]);
    }
  };

  return (
    <Modal className="palette" aria-label={t.palette.label} onClose={onClose}>
      <div className="palette-field">
        <SearchIcon />
        <input
          dir="auto"
          value={text}
          placeholder={t.palette.placeholder}
          aria-label={t.palette.placeholder}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={entries.length === 0 ? undefined : `${id}-${marked}`}
          autoComplete="off"
          // The reader asked for this field a moment ago.
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      <div ref={list} id={`${id}-list`} className="palette-list" role="listbox" aria-label={t.palette.label}>
        {entries.map((entry, index) => (
          <div key={`${entry.group}-${entry.id}`} role="presentation">
            {entries[index - 1]?.group !== entry.group && (
              <div className="palette-group" role="presentation">
                {entry.group}
              </div>
            )}
            <div
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === marked}
              className="palette-item"
              tabIndex={-1}
              onMouseMove={() => setAt(index)}
              onClick={() => run(entry)}
            >
              {entry.icon}
              <span className="palette-text">
                <span dir="auto">{entry.label}</span>
                {entry.detail !== undefined && <small dir="auto">{entry.detail}</small>}
              </span>
            </div>
          </div>
        ))}
        {entries.length === 0 && <p className="palette-none">{t.palette.nothing}</p>}
      </div>
    </Modal>
  );
}

const COMMANDS: readonly { id: string; icon: ReactNode; label: string; run: () => void }[] = [
  { id: "new", icon: <PlusIcon />, label: t.nav.newChat, run: () => go(null) },
  { id: "light", icon: <SunIcon />, label: t.palette.light, run: () => setTheme("light") },
  { id: "dark", icon: <MoonIcon />, label: t.palette.dark, run: () => setTheme("dark") },
];

/** What the server finds for a text, a moment after the typing stops. */
function useHits(text: string): readonly Hit[] {
  const [found, setFound] = useState<{ text: string; hits: readonly Hit[] }>({ text: "", hits: [] });
  const wanted = text.trim();
  useEffect(() => {
    if (wanted.length < 2) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      api.search(wanted).then(
        ({ hits }) => current && setFound({ text: wanted, hits }),
        (cause: unknown) => void noteFailure(cause),
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return wanted.length < 2 ? NO_HITS : found.hits;
}

const NO_HITS: readonly Hit[] = [];

/** The words around a hit, the hit itself marked. */
function Snippet({ text }: { text: string }) {
  const parts = text.split("\u0002").flatMap((part, index) => (index === 0 ? [part] : part.split("\u0003")));
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? <mark key={index}>{part}</mark> : <span key={index}>{part}</span>,
      )}
    </>
  );
}
