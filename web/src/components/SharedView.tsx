/** A shared copy, for whoever has the link; with a way to go on with it as one's own. */
import { useEffect, useMemo, useState } from "react";
import { api } from "../api/client";
import { asApiError, type ApiError } from "../api/http";
import type { CarriedFile, SharedCopy } from "../api/types";
import { moment } from "../lib/format";
import { parseBlocks } from "../markdown/blocks";
import { Markdown } from "../markdown/Markdown";
import { plainWords } from "../state/errors";
import { toast } from "../state/notices";
import { go, leaveShared } from "../state/route";
import { session } from "../state/session";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AttachmentList } from "./Attachments";
import { Logo, Wordmark } from "./Logo";

export function SharedView({ secret }: { secret: string }) {
  const [copy, setCopy] = useState<SharedCopy | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const signedIn = useStore(session, (now) => now.status === "in");

  useEffect(() => {
    let current = true;
    api.shared(secret).then(
      (found) => {
        if (!current) return;
        setCopy(found);
        document.title = `${found.title} · ${t.app.name}`;
      },
      (cause: unknown) => current && setError(asApiError(cause)),
    );
    return () => {
      current = false;
    };
  }, [secret]);

  const goOn = async () => {
    try {
      const own = await api.copyShared(secret);
      leaveShared();
      go(own.id);
    } catch (cause) {
      toast(plainWords(asApiError(cause)), "error");
    }
  };

  return (
    <main className="shared">
      <header className="shared-head">
        <Wordmark />
        <button type="button" className="primary" onClick={() => (signedIn ? void goOn() : leaveShared())}>
          {signedIn ? t.share.goOn : t.signIn.submit}
        </button>
      </header>
      {error !== null && (
        <div className="thread-problem" role="alert">
          <h1>{error.kind === "not_found" ? t.share.gone : plainWords(error)}</h1>
        </div>
      )}
      {copy !== null && (
        <article className="shared-body">
          <h1 dir="auto">{copy.title === "" ? t.nav.untitled : copy.title}</h1>
          <p className="faint">{t.share.copyOf(moment(copy.created_at))}</p>
          <ol className="messages">
            {copy.messages.map((line, at) => (
              <li key={at}>
                {line.role === "user" ? <Question text={line.text} files={line.files} /> : <Answer text={line.text} />}
              </li>
            ))}
          </ol>
        </article>
      )}
    </main>
  );
}

function Question({ text, files }: { text: string; files: readonly CarriedFile[] }) {
  return (
    <div className="message question">
      <AttachmentList files={files} />
      <div className="bubble" dir="auto">
        {text}
      </div>
    </div>
  );
}

function Answer({ text }: { text: string }) {
  const blocks = useMemo(() => parseBlocks(text), [text]);
  return (
    <div className="message answer-message">
      <div className="answer-mark">
        <Logo size={22} />
      </div>
      <div className="answer-body">
        <Markdown blocks={blocks} />
      </div>
    </div>
  );
}
