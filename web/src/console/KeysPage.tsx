/** API keys: made, shown once, rotated, switched off, archived. */
import { useState } from "react";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Gate";
import { moment } from "../lib/format";
import { admin, type Key } from "./api";
import { act, Failed, SecretDialog, useLoaded } from "./parts";
import { Records, useQuestion } from "./Records";
import { w } from "./words";

const SCOPES = ["inference", "chat", "admin"] as const;
const EXPIRIES: readonly number[] = [30, 90, 365];
const OVERLAP_S = 86_400;

/** @param own whether only the reader's own keys are here */
export function KeysPage({ own }: { own: boolean }) {
  const keys = useLoaded(admin.keys);
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [ask, question] = useQuestion(keys.reload);
  const [archived, setArchived] = useState(false);

  const made = (key: { key: string }) => {
    setMaking(false);
    setSecret(key.key);
    keys.reload();
  };
  const rotate = (key: Key) =>
    ask({
      title: w.keys.rotateTitle(key.name),
      body: w.keys.rotateBody,
      confirm: w.keys.rotate,
      run: () => admin.rotateKey(key.id, OVERLAP_S).then(made),
    });
  const archive = (key: Key) =>
    ask({
      title: w.keys.archiveTitle(key.name),
      body: w.keys.archiveBody,
      confirm: w.keys.archive,
      run: () => admin.setKeyStatus(key.id, "archived"),
    });
  const toggle = async (key: Key) => {
    if (await act(admin.setKeyStatus(key.id, key.status === "active" ? "inactive" : "active"))) keys.reload();
  };
  const listed = keys.value?.data.filter((key) => archived || key.status !== "archived") ?? [];

  return (
    <>
      <div className="console-lead">
        <p>{own ? w.keys.ownLead : w.keys.lead}</p>
        <button type="button" className="primary" onClick={() => setMaking(true)}>
          {w.keys.create}
        </button>
      </div>
      <Failed of={keys} />
      <Records
        label={w.pages.keys}
        rows={listed}
        keyOf={(key) => key.id}
        nameOf={(key) => key.name}
        columns={[
          {
            head: w.keys.name,
            as: "name",
            cell: (key) => (
              <>
                <strong>{key.name}</strong>
                <small>{key.partial_key_hint}</small>
              </>
            ),
          },
          {
            head: w.keys.scopes,
            cell: (key) =>
              SCOPES.filter((scope) => key.scopes.includes(scope))
                .map((scope) => w.keys.scope[scope])
                .join(", "),
          },
          { head: w.keys.used, cell: (key) => (key.last_used_at === null ? w.never : moment(key.last_used_at)) },
          {
            head: w.keys.status,
            cell: (key) => (
              <>
                <span className={`state ${key.status}`}>{w.keys.states[key.status]}</span>
                {key.expires_at !== null && <small>{w.people.until(moment(key.expires_at))}</small>}
              </>
            ),
          },
        ]}
        actions={(key) => [
          ...(key.status === "active" ? [{ label: w.keys.rotate, run: () => rotate(key) }] : []),
          ...(key.status === "active" || key.status === "inactive"
            ? [
                {
                  label: key.status === "active" ? w.keys.disable : w.keys.enable,
                  run: () => void toggle(key),
                },
              ]
            : []),
          ...(key.status === "archived" ? [] : [{ label: w.keys.archive, run: () => archive(key) }]),
        ]}
      />
      {keys.value !== null && listed.length === 0 && <p className="console-none">{w.keys.none}</p>}
      <label className="console-check">
        <input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} />
        {w.keys.showArchived}
      </label>
      {making && (
        <NewKeyDialog scopes={own ? SCOPES.slice(0, 2) : SCOPES} onClose={() => setMaking(false)} onMade={made} />
      )}
      {secret !== null && (
        <SecretDialog
          title={w.keys.secretTitle}
          body={w.keys.secretBody}
          label={w.keys.secret}
          value={secret}
          onClose={() => setSecret(null)}
        />
      )}
      {question}
    </>
  );
}

interface NewKeyProps {
  /** Those that the reader may give. */
  scopes: readonly (typeof SCOPES)[number][];
  onClose: () => void;
  onMade: (made: { key: string }) => void;
}

function NewKeyDialog({ scopes: offered, onClose, onMade }: NewKeyProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(["inference"]);
  const [days, setDays] = useState(0);
  const make = () => {
    const expires = days === 0 ? null : new Date(Date.now() + days * 864e5).toISOString();
    return act(admin.createKey(name.trim(), [...scopes], expires).then(onMade));
  };
  return (
    <Dialog
      title={w.keys.create}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.cancel}
          </button>
          <button
            type="button"
            className="primary"
            disabled={name.trim() === "" || scopes.length === 0}
            onClick={() => void make()}
          >
            {w.keys.make}
          </button>
        </>
      }
    >
      <div className="console-form">
        <Field
          id="key-name"
          label={w.keys.name}
          value={name}
          onChange={setName}
          autoComplete="off"
          problemId=""
          focus
        />
        <fieldset className="choice">
          <legend>{w.keys.scopes}</legend>
          {offered.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
              />
              {w.keys.scope[scope]}
            </label>
          ))}
        </fieldset>
        <label>
          {w.keys.expires}
          <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
            <option value={0}>{w.keys.noExpiry}</option>
            {EXPIRIES.map((one) => (
              <option key={one} value={one}>
                {w.keys.days(one)}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Dialog>
  );
}
