/** An answer's text, streaming or finished, through the same elements, so that nothing jumps when it ends. */
import { useMemo, useSyncExternalStore } from "react";
import type { Step } from "../api/types";
import { Markdown } from "../markdown/Markdown";
import { segmentsOf, type LiveAnswer, type LiveSnapshot } from "../state/live";
import { t } from "../strings";
import { StepsView } from "./StepsView";

interface Props {
  text: string;
  steps: readonly Step[];
  live: LiveAnswer | undefined;
}

const never = () => () => undefined;
const nothing = () => null;

export function AnswerText({ text, steps, live }: Props) {
  const snapshot = useSyncExternalStore<LiveSnapshot | null>(live?.subscribe ?? never, live?.current ?? nothing);
  const whole = useMemo(() => (snapshot === null ? segmentsOf(text, steps) : null), [text, steps, snapshot]);
  const segments = snapshot?.segments ?? whole ?? [];
  const waiting = snapshot !== null && snapshot.length === 0 && !snapshot.doing;
  return (
    <div className={snapshot === null ? "answer" : "answer streaming"}>
      {segments.map((segment, index) => (
        // Segments are only ever added at the end.
        <div key={index} className="segment">
          {segment.steps.length > 0 && (
            <StepsView steps={segment.steps} running={snapshot?.doing === true && index === segments.length - 1} />
          )}
          {segment.blocks.length > 0 && <Markdown blocks={segment.blocks} />}
        </div>
      ))}
      {waiting && (
        <span className="thinking">
          <span className="visually-hidden">{t.thread.thinking}</span>
          <i />
          <i />
          <i />
        </span>
      )}
      {snapshot?.reconnecting === true && <p className="message-note">{t.thread.reconnecting}</p>}
    </div>
  );
}
