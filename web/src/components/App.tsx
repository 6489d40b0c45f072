/** The page: signing in, or the shell, or why neither can be shown. */
import { Component, type ReactNode } from "react";
import { plainWords } from "../state/errors";
import { openSession, session } from "../state/session";
import { sharedSecret } from "../state/route";
import { useStore } from "../state/store";
import { t } from "../strings";
import { Logo } from "./Logo";
import { Notices } from "./Notices";
import { SharedView } from "./SharedView";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

export function App() {
  return (
    <Guard>
      <Page />
      <Notices />
    </Guard>
  );
}

function Page() {
  const now = useStore(session, (value) => value);
  const secret = useStore(sharedSecret, (value) => value);
  if (secret !== null) return <SharedView secret={secret} />;
  if (now.status === "in") return <Shell key={now.member.id} member={now.member} />;
  if (now.status === "out") return <SignIn expired={now.expired} />;
  return (
    <main className="gate">
      <div className="gate-wait">
        <Logo size={44} />
        {now.error !== null && (
          <div role="alert">
            <p>{plainWords(now.error)}</p>
            <button type="button" className="secondary" onClick={() => void openSession(null)}>
              {t.thread.retry}
            </button>
          </div>
        )}
      </div>
    </main>
  );
}

class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="gate">
        <div className="gate-wait" role="alert">
          <Logo size={44} />
          <h1>{t.crash.title}</h1>
          <p>{t.crash.body}</p>
          <button type="button" className="primary" onClick={() => location.reload()}>
            {t.crash.reload}
          </button>
        </div>
      </main>
    );
  }
}
