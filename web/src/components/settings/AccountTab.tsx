/** Name, address, role and password. */
import { useEffect, useState, type SubmitEvent } from "react";
import { api } from "../../api/client";
import { asApiError } from "../../api/http";
import type { Account, Member } from "../../api/types";
import { plainWords } from "../../state/errors";
import { toast } from "../../state/notices";
import { enterBy, noteFailure } from "../../state/session";
import { t } from "../../strings";
import { PasskeysPart } from "./PasskeysPart";
import { SignOnPart } from "./SignOnPart";
import { Field, PASSWORD_LENGTH_MIN, passwordProblem, shortPassword } from "../Gate";

export function AccountTab({ member }: { member: Member }) {
  const [account, setAccount] = useState<Account | null>(null);
  const [name, setName] = useState(member.name);
  useEffect(() => {
    let current = true;
    api.account().then(
      (found) => current && setAccount(found),
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);

  const rename = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await enterBy(api.renameAccount(name));
      toast(t.settings.saved);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };

  return (
    <>
      <form className="settings-part" onSubmit={(event) => void rename(event)}>
        <Field
          problemId=""
          id="settings-name"
          label={t.gate.name}
          value={name}
          onChange={setName}
          autoComplete="name"
        />
        <dl className="facts">
          <dt>{t.gate.email}</dt>
          <dd>{member.email ?? t.settings.none}</dd>
          <dt>{t.settings.role}</dt>
          <dd>{t.roles[member.role]}</dd>
          <dt>{t.settings.organization}</dt>
          <dd>{account?.organization ?? "…"}</dd>
        </dl>
        <button type="submit" className="secondary" disabled={name.trim() === "" || name === member.name}>
          {t.settings.save}
        </button>
      </form>
      {account?.has_password === true && <PasswordForm />}
      <PasskeysPart />
      <SignOnPart />
      {account?.has_password === false && <p className="settings-note">{t.settings.noPassword}</p>}
    </>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const change = async (event: SubmitEvent) => {
    event.preventDefault();
    const short = shortPassword(next);
    setProblem(short);
    if (short !== null) return;
    setBusy(true);
    try {
      await api.changePassword(current, next);
      setCurrent("");
      setNext("");
      toast(t.settings.passwordChanged);
    } catch (cause) {
      const error = asApiError(cause);
      setProblem(
        error.kind === "permission"
          ? t.settings.wrongCurrent
          : (passwordProblem(error) ?? plainWords(noteFailure(error))),
      );
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="settings-part" onSubmit={(event) => void change(event)}>
      <h3>{t.settings.changePassword}</h3>
      <p className="settings-note">{t.settings.changeNote}</p>
      <Field
        id="settings-current"
        problemId="settings-problem"
        type="password"
        label={t.settings.current}
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
      />
      <Field
        id="settings-next"
        problemId="settings-problem"
        type="password"
        label={t.gate.newPassword}
        value={next}
        onChange={setNext}
        autoComplete="new-password"
        hint={t.gate.passwordHint(PASSWORD_LENGTH_MIN)}
      />
      <p className="problem" role="alert" id="settings-problem">
        {problem}
      </p>
      <button type="submit" className="secondary" disabled={busy || current === "" || next === ""}>
        {t.settings.changePassword}
      </button>
    </form>
  );
}
