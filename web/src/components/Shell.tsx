/** The page of someone signed in: the list beside the conversation, or in a drawer where the window is narrow. */
import { useEffect, useRef, useState } from "react";
import type { Conversation, Member } from "../api/types";
import { useMedia } from "../lib/hooks";
import { endTemporary, startTemporary, temporary } from "../state/temporary";
import { openArtifact } from "../state/artifact";
import { conversations } from "../state/conversations";
import { go, openId } from "../state/route";
import { useStore } from "../state/store";
import { threads } from "../state/threads";
import { t } from "../strings";
import { Banners } from "./Banners";
import { ContextGauge } from "./ContextGauge";
import { CloseIcon, MaskIcon, MenuIcon, PlusIcon } from "./icons";
import { lazyPart } from "./lazyPart";
import { Modal } from "./Modal";
import { ModelPicker } from "./ModelPicker";
import { Palette } from "./Palette";
import { ShareDialog } from "./ShareDialog";
import { Sidebar } from "./Sidebar";
import { ThreadView } from "./ThreadView";

const TemporaryView = lazyPart(() => import("./TemporaryView"), endTemporary);
const ArtifactPanel = lazyPart(
  () => import("./ArtifactPanel"),
  () => openArtifact.set(null),
);

const NARROW = "(max-width: 859px)";

export function Shell({ member }: { member: Member }) {
  const id = useStore(openId, (now) => now);
  const narrow = useMedia(NARROW);
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const [sharing, setSharing] = useState<Conversation | null>(null);
  const fleeting = useStore(temporary, (now) => now !== null);
  const artifact = useStore(openArtifact, (now) => now);
  const box = useRef<HTMLTextAreaElement>(null);
  const title = useTitle(id);
  const model = useStore(threads, (all) => (id === null ? null : (all.get(id)?.model ?? null)));

  useShortcuts(box, () => setPalette(true));
  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (!matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, [id]);

  return (
    <div className="shell">
      <a
        className="skip"
        href="#message-box"
        onClick={(event) => {
          event.preventDefault();
          box.current?.focus();
        }}
      >
        {t.app.skip}
      </a>
      {narrow ? (
        drawer && (
          <Drawer
            member={member}
            onClose={() => setDrawer(false)}
            onSearch={() => {
              setDrawer(false);
              setPalette(true);
            }}
            onShare={(conversation) => {
              setDrawer(false);
              setSharing(conversation);
            }}
          />
        )
      ) : (
        <aside className="aside">
          <Sidebar
            member={member}
            onNavigate={() => undefined}
            onSearch={() => setPalette(true)}
            onShare={setSharing}
          />
        </aside>
      )}
      {sharing !== null && <ShareDialog conversation={sharing} onClose={() => setSharing(null)} />}
      {palette && <Palette onClose={() => setPalette(false)} />}
      <div className="stage">
        <header className="stage-head">
          {narrow && (
            <button
              type="button"
              className="icon-button"
              aria-label={t.nav.open}
              aria-expanded={drawer}
              onClick={() => setDrawer(true)}
            >
              <MenuIcon />
            </button>
          )}
          <ModelPicker conversationModel={model} />
          {id === null ? (
            <span className="stage-title" />
          ) : (
            <h1 className="stage-title" dir="auto">
              {title === "" ? t.nav.untitled : title}
            </h1>
          )}
          {id !== null && <ContextGauge conversationId={id} />}
          {id === null && (
            <button
              type="button"
              className="icon-button"
              aria-label={fleeting ? t.temporary.leave : t.temporary.start}
              title={fleeting ? t.temporary.leave : t.temporary.start}
              aria-pressed={fleeting}
              onClick={() => (fleeting ? endTemporary() : startTemporary())}
            >
              <MaskIcon />
            </button>
          )}
          {narrow && (
            <button type="button" className="icon-button" aria-label={t.nav.newChat} onClick={() => go(null)}>
              <PlusIcon />
            </button>
          )}
        </header>
        <Banners />
        <main className="stage-main">
          {fleeting ? (
            <TemporaryView box={box} />
          ) : (
            <ThreadView key={id ?? "new"} conversationId={id} memberName={member.name} box={box} />
          )}
        </main>
      </div>
      {artifact !== null && <ArtifactPanel artifact={artifact} />}
    </div>
  );
}

interface DrawerProps {
  member: Member;
  onClose: () => void;
  onSearch: () => void;
  onShare: (conversation: Conversation) => void;
}

function Drawer({ member, onClose, onSearch, onShare }: DrawerProps) {
  return (
    <Modal className="drawer" aria-label={t.nav.label} onClose={onClose}>
      <button type="button" className="icon-button drawer-close" aria-label={t.nav.close} onClick={onClose}>
        <CloseIcon />
      </button>
      <Sidebar member={member} onNavigate={onClose} onSearch={onSearch} onShare={onShare} />
    </Modal>
  );
}

function useTitle(id: string | null): string {
  const title = useStore(conversations, (now) => now.items.find((one) => one.id === id)?.title ?? "");
  useEffect(() => {
    document.title = title === "" ? t.app.name : `${title} · ${t.app.name}`;
  }, [title]);
  return title;
}

/** Ctrl or ⌘ with K opens the palette, with Shift and O begins a new conversation, / goes to the box. */
function useShortcuts(box: React.RefObject<HTMLTextAreaElement | null>, openPalette: () => void): void {
  const open = useRef(openPalette);
  useEffect(() => {
    open.current = openPalette;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (command && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open.current();
      } else if (command && event.shiftKey && event.key.toLowerCase() === "o") {
        event.preventDefault();
        go(null);
        box.current?.focus();
      } else if (event.key === "/" && !isTyping(event.target)) {
        event.preventDefault();
        box.current?.focus();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [box]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}
