/** Signing in with a password or a key; on a fresh server, the operator's first account. */
import { useEffect, useState } from "react";
import { api } from "../api/client";
import { asApiError, type ApiError } from "../api/http";
import { passkeysWork, showPasskey } from "../lib/passkeys";
import { plainWords, signOnWords } from "../state/errors";
import { signOnEnd } from "../state/route";
import { enterBy } from "../state/session";
import { t } from "../strings";
import { Field, GateCard, GateFrame, shortPassword, PASSWORD_LENGTH_MIN } from "./Gate";
import { AlertIcon } from "./icons";
import { SignOnButton } from "./SignOnButton";

type Way = "password" | "key" | "setup";

export function SignIn({ expired }: { expired: boolean }) {
  const [way, setWay] = useState<Way | null>(null);
  const [fresh, setFresh] = useState(false);
  const [passkeys, setPasskeys] = useState(false);
  const [provider, setProvider] = useState<string | null>(null);
  const [end] = useState(() => signOnEnd.get());
  useEffect(() => signOnEnd.set(null), []);
  useEffect(() => {
    let current = true;
    api.signInOptions().then(
      (options) => {
        if (!current) return;
        setFresh(options.set_up);
        setPasskeys(passkeysWork(options.origin));
        setProvider(options.origin === location.origin ? (options.sign_on?.name ?? null) : null);
        setWay(options.set_up ? "setup" : "password");
      },
      // The form says what is wrong when it is used.
      () => current && setWay("password"),
    );
    return () => {
      current = false;
    };
  }, []);

  const other = (next: Way, words: string) => (
    <button type="button" className="quiet gate-other" onClick={() => setWay(next)}>
      {words}
    </button>
  );
  const problem = end !== null ? signOnWords(end) : expired ? t.errors.signedOut : null;
  if (way === null) return <GateFrame>{null}</GateFrame>;
  if (way === "setup") return <SetUp foot={other("key", t.gate.keyInstead)} />;
  if (way === "key") {
    const back = fresh ? other("setup", t.gate.setUpInstead) : other("password", t.gate.passwordInstead);
    return <ByKey problem={problem} foot={back} />;
  }
  return (
    <ByPassword problem={problem} passkeys={passkeys} provider={provider} foot={other("key", t.gate.keyInstead)} />
  );
}

interface FormProps {
  problem?: string | null;
  foot: React.ReactNode;
}

function ByPassword({ problem, passkeys, provider, foot }: FormProps & { passkeys: boolean; provider: string | null }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <GateCard
      title={t.signIn.title}
      lead={t.gate.lead}
      submit={t.signIn.submit}
      problem={problem ?? null}
      check={() => (email.trim() === "" || password === "" ? t.gate.emptyPassword : null)}
      explain={(error) => (wrong(error) ? t.gate.wrongPassword : null)}
      send={() => enterBy(api.signInWithPassword(email, password))}
      foot={
        <>
          {passkeys && <PasskeyButton />}
          {provider !== null && <SignOnButton name={provider} link={null} />}
          {foot}
          <p className="hint">{t.gate.forgotten}</p>
        </>
      }
    >
      <Field
        id="email"
        type="email"
        label={t.gate.email}
        value={email}
        onChange={setEmail}
        autoComplete="username"
        focus
      />
      <Field
        id="password"
        type="password"
        label={t.gate.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
      />
    </GateCard>
  );
}

function PasskeyButton() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const credential = await showPasskey((await api.beginPasskeySignIn()).public_key);
      if (credential === null) setProblem(t.passkeys.notChosen);
      else await enterBy(api.signInWithPasskey(credential));
    } catch (cause) {
      const error = asApiError(cause);
      setProblem(error.kind === "authentication" ? t.passkeys.wrong : plainWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" className="secondary gate-other" disabled={busy} onClick={() => void enter()}>
        {t.passkeys.enter}
      </button>
      {problem !== null && (
        <p className="problem" role="alert">
          <AlertIcon /> {problem}
        </p>
      )}
    </>
  );
}

function ByKey({ problem, foot }: FormProps) {
  const [key, setKey] = useState("");
  return (
    <GateCard
      title={t.signIn.title}
      lead={t.signIn.lead}
      submit={t.signIn.submit}
      problem={problem ?? null}
      check={() => (key.trim() === "" ? t.signIn.empty : null)}
      explain={(error) => (wrong(error) ? t.signIn.wrong : null)}
      send={() => enterBy(api.signIn(key.trim()))}
      foot={
        <>
          {foot}
          <p className="hint">{t.signIn.hint}</p>
        </>
      }
    >
      <KeyField value={key} onChange={setKey} />
    </GateCard>
  );
}

function SetUp({ foot }: FormProps) {
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const check = () => {
    if (key.trim() === "") return t.signIn.empty;
    if (name.trim() === "" || email.trim() === "") return t.gate.emptyAccount;
    return shortPassword(password);
  };
  return (
    <GateCard
      title={t.gate.setUpTitle}
      lead={t.gate.setUpLead}
      submit={t.gate.setUpSubmit}
      check={check}
      explain={(error) => (error.kind === "authentication" ? t.signIn.wrong : null)}
      send={() => enterBy(api.setUp({ key: key.trim(), name, email, password }))}
      foot={foot}
    >
      <KeyField value={key} onChange={setKey} />
      <NewAccountFields {...{ name, setName, email, setEmail, password, setPassword }} />
    </GateCard>
  );
}

function KeyField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field
      id="key"
      type="password"
      label={t.signIn.label}
      value={value}
      onChange={onChange}
      autoComplete="off"
      placeholder={t.signIn.placeholder}
      focus
    />
  );
}

interface AccountFields {
  name: string;
  setName: (value: string) => void;
  email: string;
  setEmail: (value: string) => void;
  emailGiven?: boolean;
  password: string;
  setPassword: (value: string) => void;
}

export function NewAccountFields(props: AccountFields) {
  return (
    <>
      <Field id="name" label={t.gate.name} value={props.name} onChange={props.setName} autoComplete="name" />
      <Field
        id="email"
        type="email"
        label={t.gate.email}
        value={props.email}
        onChange={props.setEmail}
        autoComplete="username"
        readOnly={props.emailGiven === true}
      />
      <Field
        id="password"
        type="password"
        label={t.gate.password}
        value={props.password}
        onChange={props.setPassword}
        autoComplete="new-password"
        hint={t.gate.passwordHint(PASSWORD_LENGTH_MIN)}
      />
    </>
  );
}

function wrong(error: ApiError): boolean {
  return error.kind === "authentication" || error.kind === "invalid_request";
}
