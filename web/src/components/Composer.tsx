/**
 * The message box. What is typed is kept as a draft with every change, so that a crash, a reload or the end of a
 * session loses nothing. It stays open while answers are written; the policy beside it says what becomes of the next
 * question then. Enter sends (a line break on touch keyboards, which have no Shift), Escape stops.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { Attachment, Policy } from "../api/types";
import { useMedia } from "../lib/hooks";
import { splitQuestions } from "../lib/split";
import { arrivedDraft, draftOf, keepDraft } from "../state/drafts";
import { t } from "../strings";
import { DraftFiles } from "./Attachments";
import { ChevronIcon, ClipIcon, SendIcon, SplitIcon, StopIcon } from "./icons";
import { Menu } from "./Menu";
import { useDraftFiles } from "./useDraftFiles";

/** The style sheet has it too. */
const HEIGHT_MAX_PX = 240;
/** Measuring costs a layout of the page with each key, and one more to go back: only where the browser can't. */
const GROWS_BY_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");
const POLICIES: readonly Policy[] = ["together", "after", "instead", "steer"];

export interface ComposerHandle {
  put(text: string, attachments?: readonly Attachment[]): void;
  /** Attaches files. */
  add(files: Iterable<File>): void;
}

interface Props {
  conversationId: string | null;
  box: RefObject<HTMLTextAreaElement | null>;
  handle: RefObject<ComposerHandle | null>;
  /** Answers of this thread that are being written. */
  answering: number;
  stopping: boolean;
  policy: Policy;
  /** Keeps no draft, takes no files, and waits for the answer. */
  temporary?: boolean;
  onPolicy: (policy: Policy) => void;
  onSend: (parts: readonly string[], attachments: readonly Attachment[]) => void;
  onStop: () => void;
}

export function Composer(props: Props) {
  const { conversationId, box, handle, answering, stopping, policy, onPolicy, onSend, onStop } = props;
  const temporary = props.temporary === true;
  const [text, setText] = useState(() => (temporary ? "" : draftOf(conversationId)));
  const [asOne, setAsOne] = useState(false);
  const draft = useDraftFiles(conversationId);
  const picker = useRef<HTMLInputElement>(null);
  const touch = useMedia("(pointer: coarse)");
  const parts = useMemo(() => splitQuestions(text), [text]);

  const change = (next: string) => {
    setText(next);
    if (!temporary) keepDraft(conversationId, next);
  };

  useEffect(
    () =>
      arrivedDraft.subscribe(() => {
        const arrived = arrivedDraft.get();
        if (arrived !== null && arrived.conversationId === conversationId) setText(arrived.text);
      }),
    [conversationId],
  );

  // A text put here from outside (a suggestion, a failed message) joins what is typed already.
  const latest = useRef(change);
  useLayoutEffect(() => {
    latest.current = change;
    handle.current = {
      put: (more, attachments = []) => {
        latest.current(text.trim() === "" ? more : `${text}\n\n${more}`);
        draft.put(attachments);
        box.current?.focus();
      },
      add: (files) => {
        draft.add(files);
        box.current?.focus();
      },
    };
  });

  useLayoutEffect(() => {
    const area = box.current;
    if (area === null || GROWS_BY_ITSELF) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, HEIGHT_MAX_PX)}px`;
    area.style.overflowY = area.scrollHeight > HEIGHT_MAX_PX ? "auto" : "hidden";
  }, [text, box]);

  // A question does not leave without a file that is still being read.
  const reading = draft.files.some((file) => file.state === "reading");
  const sendable = text.trim() !== "" && !reading && !(temporary && answering > 0);
  const send = () => {
    if (!sendable) return;
    const attachments = draft.files.flatMap((file) => (file.attachment === null ? [] : [file.attachment]));
    onSend(parts === null || asOne || temporary ? [text] : parts, attachments);
    draft.clear();
    setText("");
    setAsOne(false);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && (!touch || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {parts !== null && !temporary && <SplitNote parts={parts} asOne={asOne} onChange={setAsOne} />}
      <div className="composer-box">
        {!temporary && (
          <button
            type="button"
            className="icon-button composer-attach"
            aria-label={t.files.attach}
            title={t.files.attach}
            onClick={() => picker.current?.click()}
          >
            <ClipIcon />
          </button>
        )}
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={t.files.attach}
          onChange={(event) => {
            draft.add(event.target.files ?? []);
            event.target.value = "";
          }}
        />
        <div className="composer-middle">
          <DraftFiles files={draft.files} onRemove={draft.remove} onRetry={draft.retry} />
          <textarea
            ref={box}
            id="message-box"
            dir="auto"
            rows={1}
            value={text}
            aria-label={t.composer.label}
            aria-keyshortcuts="/"
            placeholder={
              answering > 0
                ? t.composer.busyPlaceholder
                : draft.files.length > 0
                  ? t.files.placeholder
                  : t.composer.placeholder
            }
            onChange={(event) => change(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              // A piece of a document comes as text and picture: the text is meant.
              if (
                temporary ||
                event.clipboardData.files.length === 0 ||
                event.clipboardData.types.includes("text/plain")
              )
                return;
              event.preventDefault();
              draft.add(event.clipboardData.files);
            }}
          />
        </div>
        <div className="composer-tools">
          {answering > 0 && !temporary && <PolicyMenu policy={policy} onPolicy={onPolicy} />}
          {answering > 0 && (
            <button
              type="button"
              className="send stop"
              aria-label={answering > 1 ? t.composer.stopAll : t.composer.stop}
              title={stopping ? t.composer.stopping : answering > 1 ? t.composer.stopAll : t.composer.stop}
              disabled={stopping}
              onClick={onStop}
            >
              <StopIcon />
            </button>
          )}
          <button
            type="submit"
            className="send"
            aria-label={t.composer.send}
            title={reading ? t.files.wait : t.composer.send}
            disabled={!sendable}
          >
            <SendIcon />
          </button>
        </div>
      </div>
      <p className="composer-hint" aria-hidden="true">
        {t.composer.hint}
      </p>
    </form>
  );
}

function PolicyMenu({ policy, onPolicy }: { policy: Policy; onPolicy: (policy: Policy) => void }) {
  const chosen = t.composer.policies[policy];
  return (
    <Menu
      label={t.composer.policyLabel(chosen.name)}
      className="policy-button"
      button={
        <>
          <span>{chosen.short}</span>
          <ChevronIcon />
        </>
      }
      groups={[
        {
          label: t.composer.policyTitle,
          items: POLICIES.map((one) => ({
            id: one,
            label: t.composer.policies[one].name,
            detail: t.composer.policies[one].detail,
            checked: one === policy,
            run: () => onPolicy(one),
          })),
        },
      ]}
    />
  );
}

interface SplitNoteProps {
  parts: readonly string[];
  asOne: boolean;
  onChange: (asOne: boolean) => void;
}

/** The proposed split, and the way out of it. */
function SplitNote({ parts, asOne, onChange }: SplitNoteProps) {
  return (
    <div className="split" role="status">
      <div className="split-line">
        <SplitIcon />
        <span>{asOne ? t.composer.splitOff(parts.length) : t.composer.split(parts.length)}</span>
        <button type="button" className="quiet small" onClick={() => onChange(!asOne)}>
          {asOne ? t.composer.asMany : t.composer.asOne}
        </button>
      </div>
      {!asOne && (
        <ol aria-label={t.composer.splitList}>
          {parts.map((part, at) => (
            <li key={at}>{lastLine(part)}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** What tells the parts apart is their end; the preamble they share comes first. */
function lastLine(part: string): string {
  return part.slice(part.lastIndexOf("\n\n") + 1).trim();
}
