/** One message of the thread, with what can be done with it and how it ended. */
import { memo, useState, type ReactNode } from "react";
import type { Message } from "../api/types";
import { moment } from "../lib/format";
import type { LiveAnswer } from "../state/live";
import { models } from "../state/models";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AttachmentList } from "./Attachments";
import { AnswerText } from "./AnswerText";
import { CopyButton } from "./CopyButton";
import {
  AgainIcon,
  AlertIcon,
  ChevronIcon,
  ClockIcon,
  LeftIcon,
  PenIcon,
  RightIcon,
  ShieldIcon,
  SplitIcon,
  StopIcon,
} from "./icons";
import { Logo } from "./Logo";
import { Menu } from "./Menu";
import { RememberButton } from "./RememberButton";
import { Thumbs } from "./Thumbs";

interface Props {
  message: Message;
  siblings: readonly string[];
  /** The one of them that is asked for, which may still be on its way. */
  version: string;
  live: LiveAnswer | undefined;
  modelName: string | null;
  /** False while another answer of this thread is under way. */
  canRegenerate: boolean;
  onRegenerate: (answer: Message, model: string | null) => void;
  onShow: (messageId: string) => void;
  onEdit: (question: Message, text: string) => void;
  /** Where an answer that ended early can be gone on with. */
  onGoOn?: (answer: Message) => void;
  /** Shown where each of several running answers has its own stop. */
  onStop?: (answer: Message) => void;
}

export const MessageView = memo(function MessageView(props: Props) {
  return props.message.role === "user" ? <Question {...props} /> : <Answer {...props} />;
});

function Question({ message, siblings, version, onShow, onEdit }: Props) {
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <Editor
        text={message.text}
        onDone={(text) => {
          setEditing(false);
          if (text !== null && text.trim() !== "" && text !== message.text) onEdit(message, text);
        }}
      />
    );
  }
  return (
    <article className="message question" aria-label={t.thread.you} data-message={message.id}>
      <AttachmentList files={message.attachments} />
      <div className="bubble" dir="auto">
        {message.text}
      </div>
      <div className="message-tools">
        <Versions id={version} siblings={siblings} onShow={onShow} />
        <CopyButton text={() => message.text} label={t.message.copyQuestion} done={t.message.copied} />
        <button
          type="button"
          className="icon-button small"
          aria-label={t.message.edit}
          title={t.message.edit}
          onClick={() => setEditing(true)}
        >
          <PenIcon />
        </button>
        <RememberButton text={message.text} />
        <time dateTime={message.created_at}>{moment(message.created_at)}</time>
      </div>
    </article>
  );
}

/** The question in a box of its own; asking again makes a branch. */
function Editor({ text, onDone }: { text: string; onDone: (text: string | null) => void }) {
  const [value, setValue] = useState(text);
  return (
    <form
      className="message question editor"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(value);
      }}
    >
      <textarea
        dir="auto"
        value={value}
        rows={Math.min(10, value.split("\n").length + 1)}
        aria-label={t.message.editLabel}
        // The reader asked for this field a moment ago.
        autoFocus
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.preventDefault();
            onDone(null);
          } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onDone(value);
          }
        }}
      />
      <div className="editor-foot">
        <span className="faint">{t.message.editHint}</span>
        <button type="button" className="secondary" onClick={() => onDone(null)}>
          {t.message.editCancel}
        </button>
        <button type="submit" className="primary" disabled={value.trim() === "" || value === text}>
          {t.message.editSend}
        </button>
      </div>
    </form>
  );
}

function Answer(props: Props) {
  const { message, siblings, version, live, modelName, canRegenerate, onRegenerate, onShow, onStop, onGoOn } = props;
  const running = message.state === "generating";
  return (
    <article
      className="message answer-message"
      aria-label={t.thread.assistant}
      aria-busy={running}
      data-message={message.id}
    >
      <div className="answer-mark">
        <Logo size={22} />
      </div>
      <div className="answer-body">
        <AnswerText text={message.text} steps={message.steps} live={live} />
        <EndNote
          message={message}
          onRetry={canRegenerate ? () => onRegenerate(message, null) : null}
          onGoOn={onGoOn !== undefined && message.text !== "" ? () => onGoOn(message) : null}
        />
        {running && onStop !== undefined && (
          <div className="message-tools">
            <button type="button" className="quiet small" onClick={() => onStop(message)}>
              <StopIcon />
              {t.together.stop}
            </button>
          </div>
        )}
        {!running && (
          <div className="message-tools">
            <Versions id={version} siblings={siblings} onShow={onShow} />
            {message.text !== "" && (
              <CopyButton text={() => message.text} label={t.message.copy} done={t.message.copied} />
            )}
            <button
              type="button"
              className="icon-button small"
              aria-label={t.message.regenerate}
              title={t.message.regenerate}
              disabled={!canRegenerate}
              onClick={() => onRegenerate(message, null)}
            >
              <AgainIcon />
            </button>
            {canRegenerate && <OtherModels message={message} onRegenerate={onRegenerate} />}
            <Thumbs message={message} />
            <span className="message-meta" title={usageOf(message)}>
              {modelName}
            </span>
          </div>
        )}
      </div>
    </article>
  );
}

/** The same question to another model: a version beside this one. */
function OtherModels({ message, onRegenerate }: Pick<Props, "message" | "onRegenerate">) {
  const others = useStore(models, (now) => now.models);
  if (others.length < 2) return null;
  return (
    <Menu
      label={t.message.withOther}
      className="icon-button small"
      button={<ChevronIcon />}
      groups={[
        {
          label: t.message.withOther,
          items: others
            .filter((model) => model.id !== message.model)
            .map((model) => ({
              id: model.id,
              label: model.display_name,
              run: () => onRegenerate(message, model.id),
            })),
        },
      ]}
    />
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

interface EndProps {
  message: Message;
  onRetry: (() => void) | null;
  onGoOn: (() => void) | null;
}

function EndNote({ message, onRetry, onGoOn }: EndProps) {
  const goOn = onGoOn !== null && (
    <button type="button" className="quiet" onClick={onGoOn}>
      {t.message.goOn}
    </button>
  );
  const retry = onRetry !== null && (
    <button type="button" className="quiet" onClick={onRetry}>
      {t.thread.retry}
    </button>
  );
  switch (message.state) {
    case "stopped":
      return (
        <Note icon={<StopIcon />} action={goOn}>
          {t.message.stopped}
        </Note>
      );
    case "steered":
      return <Note icon={<SplitIcon />}>{t.message.steered}</Note>;
    case "interrupted":
      return (
        <Note
          icon={<ClockIcon />}
          tone="warm"
          action={
            <>
              {goOn}
              {retry}
            </>
          }
        >
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
