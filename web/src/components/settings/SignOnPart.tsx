/** The account at the single sign-on provider: linked, or to be linked. */
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import type { SignOn } from "../../api/types";
import { moment } from "../../lib/format";
import { plainWords } from "../../state/errors";
import { toast } from "../../state/notices";
import { noteFailure } from "../../state/session";
import { t } from "../../strings";
import { BinIcon } from "../icons";

export function SignOnPart() {
  const [name, setName] = useState<string | null>(null);
  const [all, setAll] = useState<readonly SignOn[]>([]);
  useEffect(() => {
    let current = true;
    Promise.all([api.signInOptions(), api.signOns()]).then(
      ([options, page]) => {
        if (!current) return;
        setName(options.origin === location.origin ? (options.sign_on?.name ?? null) : null);
        setAll(page.sign_ons);
      },
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);
  if (name === null && all.length === 0) return null;

  const link = async () => {
    try {
      location.assign((await api.linkSignOn()).location);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };
  const remove = async (one: SignOn) => {
    try {
      await api.removeSignOn(one.id);
      setAll(all.filter((other) => other.id !== one.id));
      toast(t.signOn.removed);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };
  return (
    <section className="settings-part" aria-label={t.signOn.title}>
      <h3>{t.signOn.title}</h3>
      <p className="settings-note">{t.signOn.note}</p>
      <ul className="devices" aria-label={t.signOn.title}>
        {all.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.label}</strong>
              <small>
                {one.issuer} · {t.signOn.since(moment(one.created_at))}
              </small>
            </span>
            <button
              type="button"
              className="icon-button small"
              aria-label={t.signOn.remove(one.label)}
              title={t.signOn.remove(one.label)}
              onClick={() => void remove(one)}
            >
              <BinIcon />
            </button>
          </li>
        ))}
      </ul>
      {name !== null && all.length === 0 && (
        <button type="button" className="secondary" onClick={() => void link()}>
          {t.signOn.link(name)}
        </button>
      )}
    </section>
  );
}
