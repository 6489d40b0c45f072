/** One message of the thread, with what can be done with it and how it ended. */
import { memo, type ReactNode } from "react";
import type { Message } from "../api/types";
import { moment } from "../lib/format";
import type { LiveAnswer } from "../state/live";
import { t } from "../strings";
import { AnswerText } from "./AnswerText";
import { CopyButton } from "./CopyButton";
import { AgainIcon, AlertIcon, ClockIcon, LeftIcon, RightIcon, ShieldIcon, StopIcon } from "./icons";
import { Logo } from "./Logo";

interface Props {
  message: Message;
  siblings: readonly string[];
  live: LiveAnswer | undefined;
  modelName: string | null;
  /** False while another answer of this thread is under way. */
  canRegenerate: boolean;
  onRegenerate: (answer: Message) => void;
  onShow: (messageId: string) => void;
}

export const MessageView = memo(function MessageView(props: Props) {
  return props.message.role === "user" ? <Question {...props} /> : <Answer {...props} />;
});

function Question({ message, siblings, onShow }: Props) {
  return (
    <article className="message question" aria-label={t.thread.you}>
      <div className="bubble">{message.text}</div>
      <div className="message-tools">
        <Versions id={message.id} siblings={siblings} onShow={onShow} />
        <CopyButton text={() => message.text} label={t.message.copyQuestion} done={t.message.copied} />
        <time dateTime={message.created_at}>{moment(message.created_at)}</time>
      </div>
    </article>
  );
}

function Answer({ message, siblings, live, modelName, canRegenerate, onRegenerate, onShow }: Props) {
  const running = message.state === "generating";
  return (
    <article className="message answer-message" aria-label={t.thread.assistant} aria-busy={running}>
      <div className="answer-mark">
        <Logo size={22} />
      </div>
      <div className="answer-body">
        <AnswerText text={message.text} live={live} />
        <EndNote message={message} onRetry={canRegenerate ? () => onRegenerate(message) : null} />
        {!running && (
          <div className="message-tools">
            <Versions id={message.id} siblings={siblings} onShow={onShow} />
            {message.text !== "" && (
              <CopyButton text={() => message.text} label={t.message.copy} done={t.message.copied} />
            )}
            <button
              type="button"
              className="icon-button small"
              aria-label={t.message.regenerate}
              title={t.message.regenerate}
              disabled={!canRegenerate}
              onClick={() => onRegenerate(message)}
            >
              <AgainIcon />
            </button>
            <span className="message-meta" title={usageOf(message)}>
              {modelName}
            </span>
          </div>
        )}
      </div>
    </article>
  );
}

function usageOf(message: Message): string {
  const time = moment(message.created_at);
  return message.usage === null
    ? time
    : `${time} · ${t.message.usage(message.usage.input_tokens, message.usage.output_tokens)}`;
}

function Versions({ id, siblings, onShow }: { id: string; siblings: readonly string[]; onShow: (id: string) => void }) {
  if (siblings.length < 2) return null;
  const at = siblings.indexOf(id);
  const before = siblings[at - 1];
  const after = siblings[at + 1];
  return (
    <div className="versions" role="group" aria-label={t.message.versions}>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.message.previous}
        disabled={before === undefined}
        onClick={() => before !== undefined && onShow(before)}
      >
        <LeftIcon />
      </button>
      <span aria-label={t.message.version(at + 1, siblings.length)} role="img">
        {at + 1}/{siblings.length}
      </span>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.message.next}
        disabled={after === undefined}
        onClick={() => after !== undefined && onShow(after)}
      >
        <RightIcon />
      </button>
    </div>
  );
}

function EndNote({ message, onRetry }: { message: Message; onRetry: (() => void) | null }) {
  const retry = onRetry !== null && (
    <button type="button" className="quiet" onClick={onRetry}>
      {t.thread.retry}
    </button>
  );
  switch (message.state) {
    case "stopped":
      return <Note icon={<StopIcon />}>{t.message.stopped}</Note>;
    case "interrupted":
      return (
        <Note icon={<ClockIcon />} tone="warm" action={retry}>
          {t.message.interrupted}
        </Note>
      );
    case "failed":
      return (
        <Note icon={<AlertIcon />} tone="bad" action={retry}>
          {t.message.failed} {message.error?.message}
        </Note>
      );
    case "refused":
      return (
        <Note icon={<ShieldIcon />} tone="warm">
          {t.message.refused}
        </Note>
      );
    case "complete":
      return message.role === "assistant" && message.text === "" ? (
        <Note icon={<AlertIcon />} action={retry}>
          {t.message.empty}
        </Note>
      ) : null;
    case "generating":
      return null;
  }
}

interface NoteProps {
  icon: ReactNode;
  tone?: "warm" | "bad";
  action?: ReactNode;
  children: ReactNode;
}

export function Note({ icon, tone, action, children }: NoteProps) {
  return (
    <div className={tone === undefined ? "message-note" : `message-note ${tone}`}>
      {icon}
      <span>{children}</span>
      {action}
    </div>
  );
}
