/** Signing in with an API key. */
import { useState, type SubmitEvent } from "react";
import { asApiError } from "../api/http";
import { plainWords } from "../state/errors";
import { signIn } from "../state/session";
import { t } from "../strings";
import { AlertIcon, EyeIcon } from "./icons";
import { Logo } from "./Logo";

export function SignIn({ expired }: { expired: boolean }) {
  const [key, setKey] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(expired ? t.errors.signedOut : null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (key.trim() === "") {
      setProblem(t.signIn.empty);
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await signIn(key);
    } catch (cause) {
      const error = asApiError(cause);
      const wrong = error.kind === "authentication" || error.kind === "invalid_request";
      setProblem(wrong ? t.signIn.wrong : plainWords(error));
      setBusy(false);
    }
  };

  return (
    <main className="gate">
      <div className="gate-hall" aria-hidden="true">
        {Array.from({ length: 9 }, (_, column) => (
          <span key={column} />
        ))}
      </div>
      <form className="gate-card" onSubmit={(event) => void submit(event)} noValidate>
        <Logo size={44} />
        <h1>{t.signIn.title}</h1>
        <p className="lead">{t.signIn.lead}</p>
        <label htmlFor="key">{t.signIn.label}</label>
        <div className="field">
          <input
            id="key"
            name="key"
            type={shown ? "text" : "password"}
            value={key}
            autoComplete="current-password"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={t.signIn.placeholder}
            aria-invalid={problem !== null}
            aria-describedby="key-problem key-hint"
            // The page has one field and one purpose.
            autoFocus
            onChange={(event) => setKey(event.target.value)}
          />
          <button
            type="button"
            className="icon-button small"
            aria-label={shown ? t.signIn.hide : t.signIn.show}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <EyeIcon />
          </button>
        </div>
        <p id="key-problem" className="problem" role="alert">
          {problem !== null && (
            <>
              <AlertIcon /> {problem}
            </>
          )}
        </p>
        <button type="submit" className="primary wide" disabled={busy}>
          {busy ? t.signIn.submitting : t.signIn.submit}
        </button>
        <p id="key-hint" className="hint">
          {t.signIn.hint}
        </p>
      </form>
    </main>
  );
}
