/** The page: signing in, or the shell, or why neither can be shown. */
import { Component, type ReactNode } from "react";
import type { Member } from "../api/types";
import { plainWords } from "../state/errors";
import { develops } from "../lib/roles";
import { openSession, session } from "../state/session";
import { consolePage, go, joinSecret, sharedSecret } from "../state/route";
import { settingsTab } from "../state/settings";
import { useStore } from "../state/store";
import { t } from "../strings";
import { Join } from "./Join";
import { lazyPart } from "./lazyPart";
import { Logo } from "./Logo";
import { Notices } from "./Notices";
import { SharedView } from "./SharedView";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

const Console = lazyPart(
  () => import("../console/Console"),
  () => go(null),
);
const Settings = lazyPart(
  () => import("./settings/Settings"),
  () => settingsTab.set(null),
);

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
  const join = useStore(joinSecret, (value) => value);
  if (secret !== null) return <SharedView secret={secret} />;
  if (join !== null) return <Join key={join} secret={join} />;
  if (now.status === "in") return <Inside key={now.member.id} member={now.member} />;
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

function Inside({ member }: { member: Member }) {
  const tab = useStore(settingsTab, (value) => value);
  const page = useStore(consolePage, (value) => value);
  return (
    <>
      {page !== null && develops(member) ? <Console page={page} member={member} /> : <Shell member={member} />}
      {tab !== null && <Settings tab={tab} member={member} />}
    </>
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
