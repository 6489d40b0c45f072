/** Conversations that were put out of the list, and the way back. */
import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { Conversation } from "../api/types";
import { moment } from "../lib/format";
import { upsert } from "../state/conversations";
import { tried } from "../state/personal";
import { go } from "../state/route";
import { noteFailure } from "../state/session";
import { t } from "../strings";
import { Dialog } from "./Dialog";

const PAGE_SIZE = 50;

export default function ArchivedDialog({ onClose }: { onClose: () => void }) {
  const [items, setItems] = useState<readonly Conversation[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    api.conversations(PAGE_SIZE, null, true).then(
      (page) => {
        if (!current) return;
        setItems(page.conversations);
        setNext(page.next);
      },
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);
  const more = async () => {
    try {
      const page = await api.conversations(PAGE_SIZE, next, true);
      setItems([...(items ?? []), ...page.conversations]);
      setNext(page.next);
    } catch (cause) {
      noteFailure(cause);
    }
  };
  return (
    <Dialog
      title={t.archived.title}
      onClose={onClose}
      actions={
        <button type="button" className="secondary" onClick={onClose}>
          {t.archived.close}
        </button>
      }
    >
      {items?.length === 0 && <p className="settings-note">{t.archived.none}</p>}
      <ul className="archived">
        {(items ?? []).map((one) => {
          const title = one.title === "" ? t.nav.untitled : one.title;
          return (
            <li key={one.id}>
              <button
                type="button"
                className="link"
                dir="auto"
                onClick={() => {
                  onClose();
                  go(one.id);
                }}
              >
                {title}
              </button>
              <time dateTime={one.updated_at}>{moment(one.updated_at)}</time>
              <button
                type="button"
                className="quiet small"
                aria-label={t.archived.back(title)}
                onClick={() =>
                  void tried(api.change(one.id, { archived: false }).then(upsert)).then((well) => {
                    if (well) setItems((items ?? []).filter((other) => other.id !== one.id));
                  })
                }
              >
                {t.archived.backShort}
              </button>
            </li>
          );
        })}
      </ul>
      {next !== null && (
        <button type="button" className="quiet" onClick={() => void more()}>
          {t.nav.more}
        </button>
      )}
    </Dialog>
  );
}
