/** To the single sign-on provider and back. */
import { useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/http";
import { plainWords } from "../state/errors";
import { t } from "../strings";
import { AlertIcon } from "./icons";

/** @param link the secret of the invitation that is used; null for none */
export function SignOnButton({ name, link }: { name: string; link: string | null }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const leave = async () => {
    setBusy(true);
    setProblem(null);
    try {
      location.assign((await api.beginSignOn(link)).location);
    } catch (cause) {
      setProblem(plainWords(asApiError(cause)));
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" className="secondary gate-other" disabled={busy} onClick={() => void leave()}>
        {t.signOn.enter(name)}
      </button>
      {problem !== null && (
        <p className="problem" role="alert">
          <AlertIcon /> {problem}
        </p>
      )}
    </>
  );
}
