/** One conversation in the list: a link, its menu, and a field in its place while it is renamed. */
import { memo, useState } from "react";
import type { Conversation } from "../api/types";
import { api } from "../api/client";
import { archive, pin, remove, rename, upsert } from "../state/conversations";
import { projects, tried } from "../state/personal";
import { unread } from "../state/reading";
import { useStore } from "../state/store";
import { go } from "../state/route";
import { t } from "../strings";
import { ArchiveIcon, BinIcon, DownloadIcon, LinkIcon, MoreIcon, PenIcon, PinIcon } from "./icons";
import { Menu } from "./Menu";

/** The server's limit for a title. */
const TITLE_LENGTH_MAX = 200;
/** As the server says it. */
const NO_PROJECT = "00000000-0000-0000-0000-000000000000";

interface Props {
  conversation: Conversation;
  current: boolean;
  onOpened: () => void;
  onShare: (conversation: Conversation) => void;
}

export const ConversationRow = memo(function ConversationRow({ conversation, current, onOpened, onShare }: Props) {
  const [renaming, setRenaming] = useState(false);
  const title = conversation.title === "" ? t.nav.untitled : conversation.title;

  const done = (value: string | null) => {
    setRenaming(false);
    if (value !== null && value.trim() !== "") void rename(conversation.id, value.trim());
  };

  // The drawer would cover the notice with its way back.
  const away = (done: Promise<void>) => {
    void done;
    onOpened();
  };

  const isUnread = useStore(unread, (now) => now.has(conversation.id));
  const folders = useStore(projects, (all) => all);
  const projectGroup =
    folders.length === 0
      ? []
      : [
          {
            label: t.projects.move,
            items: [{ id: NO_PROJECT, name: t.projects.none }, ...folders].map((folder) => ({
              id: folder.id,
              label: folder.name,
              checked: (conversation.project_id ?? NO_PROJECT) === folder.id,
              run: () => void tried(api.change(conversation.id, { project_id: folder.id }).then(upsert)),
            })),
          },
        ];

  if (renaming) {
    return (
      <li className="row">
        <input
          className="row-input"
          dir="auto"
          defaultValue={conversation.title}
          maxLength={TITLE_LENGTH_MAX}
          aria-label={t.nav.renameLabel}
          // The reader asked for this field a moment ago.
          autoFocus
          onFocus={(event) => event.target.select()}
          onBlur={(event) => done(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter") done(event.currentTarget.value);
            if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              done(null);
            }
          }}
        />
      </li>
    );
  }

  return (
    <li className={current ? "row current" : "row"}>
      <a
        href={`#/c/${conversation.id}`}
        dir="auto"
        aria-current={current ? "page" : undefined}
        title={title}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(conversation.id);
          onOpened();
        }}
      >
        {title}
        {isUnread && <span className="unread" role="img" aria-label={t.nav.unread} />}
      </a>
      <Menu
        label={t.nav.options(title)}
        button={<MoreIcon />}
        groups={[
          ...projectGroup,
          {
            items: [
              {
                id: "pin",
                label: conversation.pinned ? t.nav.unpin : t.nav.pin,
                icon: <PinIcon />,
                run: () => void pin(conversation),
              },
              { id: "rename", label: t.nav.rename, icon: <PenIcon />, run: () => setRenaming(true) },
              { id: "share", label: t.nav.share, icon: <LinkIcon />, run: () => onShare(conversation) },
              {
                id: "markdown",
                label: t.nav.exportMarkdown,
                icon: <DownloadIcon />,
                run: () => download(conversation.id, "markdown"),
              },
              {
                id: "json",
                label: t.nav.exportJson,
                icon: <DownloadIcon />,
                run: () => download(conversation.id, "json"),
              },
              { id: "archive", label: t.nav.archive, icon: <ArchiveIcon />, run: () => away(archive(conversation)) },
              {
                id: "remove",
                label: t.nav.remove,
                icon: <BinIcon />,
                danger: true,
                run: () => away(remove(conversation.id)),
              },
            ],
          },
        ]}
      />
    </li>
  );
});

/** The server names the file. */
function download(id: string, format: "markdown" | "json"): void {
  const link = document.createElement("a");
  link.href = `/api/conversations/${id}/export?format=${format}`;
  link.download = "";
  link.click();
}
