/** The card before the hall: its frame, its fields, and where its problems are said. */
import { useState, type ReactNode, type SubmitEvent } from "react";
import { asApiError, type ApiError } from "../api/http";
import { plainWords } from "../state/errors";
import { t } from "../strings";
import { AlertIcon, EyeIcon } from "./icons";
import { Logo } from "./Logo";

/** NIST SP 800-63B-4, as the server holds it. */
export const PASSWORD_LENGTH_MIN = 15;

interface CardProps {
  title: string;
  lead: string;
  submit: string;
  /** Checks before anything is sent: what is wrong, or null. */
  check: () => string | null;
  /** What a failure means here; null leaves it to the general words. */
  explain?: (error: ApiError) => string | null;
  problem?: string | null;
  send: () => Promise<void>;
  children: ReactNode;
  foot?: ReactNode;
}

export function GateCard({ title, lead, submit, check, explain, problem: first, send, children, foot }: CardProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(first ?? null);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = check();
    setProblem(wrong);
    if (wrong !== null) return;
    setBusy(true);
    try {
      await send();
    } catch (cause) {
      const error = asApiError(cause);
      setProblem(explain?.(error) ?? passwordProblem(error) ?? plainWords(error));
      setBusy(false);
    }
  };

  return (
    <GateFrame>
      <form className="gate-card" onSubmit={(event) => void onSubmit(event)} noValidate>
        <Logo size={44} />
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        {children}
        <p id="gate-problem" className="problem" role="alert">
          {problem !== null && (
            <>
              <AlertIcon /> {problem}
            </>
          )}
        </p>
        <button type="submit" className="primary wide" disabled={busy}>
          {busy ? t.gate.wait : submit}
        </button>
        {foot}
      </form>
    </GateFrame>
  );
}

export function GateFrame({ children }: { children: ReactNode }) {
  return (
    <main className="gate">
      <div className="gate-hall" aria-hidden="true">
        {Array.from({ length: 9 }, (_, column) => (
          <span key={column} />
        ))}
      </div>
      {children}
    </main>
  );
}

/** The server's rules for passwords, in the reader's language. */
export function passwordProblem(error: ApiError): string | null {
  if (error.kind !== "invalid_request" || !error.message.startsWith("password:")) return null;
  return error.message.includes("at least") ? t.gate.tooShort(PASSWORD_LENGTH_MIN) : t.gate.tooEasy;
}

export function shortPassword(password: string): string | null {
  return Array.from(password).length < PASSWORD_LENGTH_MIN ? t.gate.tooShort(PASSWORD_LENGTH_MIN) : null;
}

interface FieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password";
  autoComplete: string;
  placeholder?: string;
  hint?: string;
  focus?: boolean;
  /** The id of the text that says what is wrong with the form. */
  problemId?: string;
  readOnly?: boolean;
}

export function Field({
  id,
  label,
  value,
  onChange,
  type = "text",
  hint,
  focus,
  problemId = "gate-problem",
  ...rest
}: FieldProps) {
  const [shown, setShown] = useState(false);
  const secret = type === "password";
  return (
    <div className="gate-field">
      <label htmlFor={id}>{label}</label>
      <div className="field">
        <input
          id={id}
          name={id}
          type={secret && shown ? "text" : type}
          value={value}
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby={`${problemId}${hint === undefined ? "" : ` ${id}-hint`}`}
          autoFocus={focus}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
        {secret && (
          <button
            type="button"
            className="icon-button small"
            aria-label={shown ? t.gate.hide(label) : t.gate.show(label)}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <EyeIcon />
          </button>
        )}
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}
