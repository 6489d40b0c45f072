/** An answer's text, streaming or finished, through the same elements, so that nothing jumps when it ends. */
import { useMemo, useSyncExternalStore } from "react";
import { parseBlocks } from "../markdown/blocks";
import { Markdown } from "../markdown/Markdown";
import type { LiveAnswer, LiveSnapshot } from "../state/live";
import { t } from "../strings";

interface Props {
  text: string;
  live: LiveAnswer | undefined;
}

const never = () => () => undefined;
const nothing = () => null;

export function AnswerText({ text, live }: Props) {
  const snapshot = useSyncExternalStore<LiveSnapshot | null>(live?.subscribe ?? never, live?.current ?? nothing);
  const whole = useMemo(() => (snapshot === null ? parseBlocks(text) : null), [text, snapshot]);
  const blocks = snapshot?.blocks ?? whole ?? [];
  const waiting = snapshot !== null && snapshot.length === 0;
  return (
    <div className={snapshot === null ? "answer" : "answer streaming"}>
      {waiting ? (
        <span className="thinking">
          <span className="visually-hidden">{t.thread.thinking}</span>
          <i />
          <i />
          <i />
        </span>
      ) : (
        <Markdown blocks={blocks} />
      )}
      {snapshot?.reconnecting === true && <p className="message-note">{t.thread.reconnecting}</p>}
    </div>
  );
}
