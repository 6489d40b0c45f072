/** The account's passkeys: make, name, remove. */
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import type { Passkey } from "../../api/types";
import { deviceName } from "../../lib/device";
import { moment } from "../../lib/format";
import { KnownPasskey, makePasskey, passkeysWork } from "../../lib/passkeys";
import { plainWords } from "../../state/errors";
import { toast } from "../../state/notices";
import { noteFailure } from "../../state/session";
import { t } from "../../strings";
import { BinIcon } from "../icons";

/** The server's limit. */
const NAME_LENGTH_MAX = 100;

export function PasskeysPart() {
  const [origin, setOrigin] = useState<string | null>(null);
  const [all, setAll] = useState<readonly Passkey[] | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let current = true;
    Promise.all([api.signInOptions(), api.passkeys()]).then(
      ([options, page]) => {
        if (!current) return;
        setOrigin(options.origin);
        setAll(page.passkeys);
      },
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);
  if (all === null) return null;

  const add = async () => {
    setBusy(true);
    try {
      const credential = await makePasskey((await api.beginPasskey()).public_key);
      if (credential === null) {
        toast(t.passkeys.cancelled);
        return;
      }
      const name = deviceName(navigator.userAgent) ?? t.passkeys.one;
      const made = await api.addPasskey(name, credential);
      setAll([...all, made]);
      toast(t.passkeys.added);
    } catch (cause) {
      toast(cause instanceof KnownPasskey ? t.passkeys.known : plainWords(noteFailure(cause)), "error");
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="settings-part" aria-label={t.passkeys.title}>
      <h3>{t.passkeys.title}</h3>
      <p className="settings-note">{t.passkeys.note}</p>
      <ul className="devices" aria-label={t.passkeys.title}>
        {all.map((passkey) => (
          <PasskeyRow
            key={passkey.id}
            passkey={passkey}
            onRemove={() => setAll(all.filter((one) => one.id !== passkey.id))}
          />
        ))}
      </ul>
      {passkeysWork(origin) ? (
        <button type="button" className="secondary" disabled={busy} onClick={() => void add()}>
          {t.passkeys.add}
        </button>
      ) : (
        <p className="settings-note">
          {origin === location.origin ? t.passkeys.oldBrowser : t.passkeys.elsewhere(origin ?? "")}
        </p>
      )}
    </section>
  );
}

function PasskeyRow({ passkey, onRemove }: { passkey: Passkey; onRemove: () => void }) {
  const [name, setName] = useState(passkey.name);
  const [saved, setSaved] = useState(passkey.name);
  const rename = async () => {
    const next = name.trim();
    if (next === "" || next === saved) {
      setName(saved);
      return;
    }
    try {
      await api.renamePasskey(passkey.id, next);
      setSaved(next);
      toast(t.settings.saved);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };
  const remove = async () => {
    try {
      await api.removePasskey(passkey.id);
      onRemove();
      toast(t.passkeys.removed);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };
  const used = passkey.last_used_at === null ? t.passkeys.unused : t.settings.lastUsed(moment(passkey.last_used_at));
  return (
    <li>
      <span>
        <input
          className="plain-input"
          value={name}
          maxLength={NAME_LENGTH_MAX}
          aria-label={t.passkeys.name(saved)}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => void rename()}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
          }}
        />
        <small>
          {t.passkeys.made(moment(passkey.created_at))} · {used}
        </small>
      </span>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.passkeys.remove(saved)}
        title={t.passkeys.remove(saved)}
        onClick={() => void remove()}
      >
        <BinIcon />
      </button>
    </li>
  );
}
