/** Links to a read-only copy of a conversation: making one, copying it, closing the others. */
import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { Conversation, Share } from "../api/types";
import { copyText } from "../lib/clipboard";
import { moment } from "../lib/format";
import { plainWords } from "../state/errors";
import { toast } from "../state/notices";
import { noteFailure } from "../state/session";
import { leafOf } from "../state/tree";
import { threads } from "../state/threads";
import { t } from "../strings";
import { Dialog } from "./Dialog";
import { BinIcon, LinkIcon } from "./icons";

const DAYS: readonly number[] = [1, 7, 30, 365];

export function ShareDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [shares, setShares] = useState<readonly Share[]>([]);
  const [days, setDays] = useState(30);
  const [link, setLink] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    let current = true;
    api.shares(conversation.id).then(
      (page) => current && setShares(page.shares),
      (cause: unknown) => {
        const error = noteFailure(cause);
        if (current) toast(`${t.share.notLoaded} ${plainWords(error)}`, "error");
      },
    );
    return () => {
      current = false;
    };
  }, [conversation.id]);

  const make = async () => {
    setBusy(true);
    try {
      const thread = threads.get().get(conversation.id);
      const leaf = thread === undefined ? null : (leafOf(thread.tree)?.id ?? null);
      const made = await api.share(conversation.id, leaf, days);
      const address = new URL(made.path, location.href).toString();
      setLink(address);
      setShares((now) => [made.share, ...now]);
      if (await copyText(address)) toast(t.share.copied);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    } finally {
      setBusy(false);
    }
  };

  const revoke = async (share: Share) => {
    const at = shares.indexOf(share);
    setShares((now) => now.filter((one) => one.id !== share.id));
    try {
      await api.revoke(share.id);
    } catch (cause) {
      const error = noteFailure(cause);
      if (error.kind === "not_found") return;
      // The link works on: nobody may take it for closed.
      setShares((now) => now.toSpliced(at, 0, share));
      toast(`${t.share.notRevoked} ${plainWords(error)}`, "error");
    }
  };

  return (
    <Dialog
      title={t.share.title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {t.share.close}
          </button>
          <button type="button" className="primary" disabled={busy} onClick={() => void make()}>
            {t.share.make}
          </button>
        </>
      }
    >
      <p>{t.share.lead}</p>
      <label className="share-days">
        {t.share.days}
        <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {DAYS.map((one) => (
            <option key={one} value={one}>
              {t.share.dayCount(one)}
            </option>
          ))}
        </select>
      </label>
      {link !== null && (
        <input
          className="share-link"
          readOnly
          value={link}
          aria-label={t.share.link}
          onFocus={(event) => event.target.select()}
        />
      )}
      {shares.length > 0 && (
        <ul className="share-list" aria-label={t.share.open}>
          {shares.map((share) => (
            <li key={share.id}>
              <LinkIcon />
              <span>{t.share.until(moment(share.created_at), moment(share.expires_at))}</span>
              <button
                type="button"
                className="icon-button small"
                aria-label={t.share.revoke}
                title={t.share.revoke}
                onClick={() => void revoke(share)}
              >
                <BinIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
