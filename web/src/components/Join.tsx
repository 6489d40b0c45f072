/** Coming in by a link: a new account, or a new password for one. */
import { useEffect, useState } from "react";
import { api } from "../api/client";
import { asApiError, type ApiError } from "../api/http";
import type { AccountLink } from "../api/types";
import { moment } from "../lib/format";
import { plainWords } from "../state/errors";
import { leaveJoin } from "../state/route";
import { enterBy } from "../state/session";
import { t } from "../strings";
import { Field, GateCard, GateFrame, PASSWORD_LENGTH_MIN, shortPassword } from "./Gate";
import { Logo } from "./Logo";
import { NewAccountFields } from "./SignIn";
import { SignOnButton } from "./SignOnButton";

export function Join({ secret }: { secret: string }) {
  const [link, setLink] = useState<AccountLink | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    let current = true;
    api.accountLink(secret).then(
      (found) => current && setLink(found),
      (cause: unknown) => current && setError(asApiError(cause)),
    );
    return () => {
      current = false;
    };
  }, [secret]);

  if (error !== null) {
    return (
      <GateFrame>
        <div className="gate-card" role="alert">
          <Logo size={44} />
          <h1>{t.gate.deadTitle}</h1>
          <p className="lead">{error.kind === "not_found" ? t.gate.deadLead : plainWords(error)}</p>
          <button type="button" className="primary wide" onClick={leaveJoin}>
            {t.gate.toSignIn}
          </button>
        </div>
      </GateFrame>
    );
  }
  if (link === null) return <GateFrame>{null}</GateFrame>;
  return link.kind === "invitation" ? (
    <Accept secret={secret} link={link} />
  ) : (
    <NewPassword secret={secret} link={link} />
  );
}

interface Props {
  secret: string;
  link: AccountLink;
}

function explain(error: ApiError): string | null {
  return error.kind === "not_found" ? t.gate.deadLead : null;
}

function Accept({ secret, link }: Props) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState(link.email ?? "");
  const [password, setPassword] = useState("");
  const [provider, setProvider] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    api.signInOptions().then(
      (options) => current && setProvider(options.origin === location.origin ? (options.sign_on?.name ?? null) : null),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, []);
  return (
    <GateCard
      title={t.gate.joinTitle(link.organization)}
      lead={t.gate.joinLead(moment(link.expires_at))}
      submit={t.gate.joinSubmit}
      check={() => (name.trim() === "" || email.trim() === "" ? t.gate.emptyAccount : shortPassword(password))}
      explain={explain}
      send={async () => {
        await enterBy(api.useAccountLink(secret, link.email === null ? { name, email, password } : { name, password }));
        leaveJoin();
      }}
      foot={provider !== null && <SignOnButton name={provider} link={secret} />}
    >
      <NewAccountFields
        {...{ name, setName, email, setEmail, password, setPassword }}
        emailGiven={link.email !== null}
      />
    </GateCard>
  );
}

function NewPassword({ secret, link }: Props) {
  const [password, setPassword] = useState("");
  return (
    <GateCard
      title={t.gate.resetTitle}
      lead={t.gate.resetLead(link.email ?? "")}
      submit={t.gate.resetSubmit}
      check={() => shortPassword(password)}
      explain={explain}
      send={async () => {
        await enterBy(api.useAccountLink(secret, { password }));
        leaveJoin();
      }}
    >
      <Field
        id="password"
        type="password"
        label={t.gate.newPassword}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint={t.gate.passwordHint(PASSWORD_LENGTH_MIN)}
        focus
      />
    </GateCard>
  );
}
