/**
 * The message box. What is typed is kept as a draft with every change, so that a crash, a reload or the end of a
 * session loses nothing. Enter sends (a line break on touch keyboards, which have no Shift), Escape stops.
 */
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { useMedia } from "../lib/hooks";
import { draftOf, keepDraft } from "../state/drafts";
import { t } from "../strings";
import { SendIcon, StopIcon } from "./icons";

const HEIGHT_MAX_PX = 240;

export interface ComposerHandle {
  put(text: string): void;
}

interface Props {
  conversationId: string | null;
  box: RefObject<HTMLTextAreaElement | null>;
  handle: RefObject<ComposerHandle | null>;
  answering: boolean;
  stopping: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
}

export function Composer({ conversationId, box, handle, answering, stopping, onSend, onStop }: Props) {
  const [text, setText] = useState(() => draftOf(conversationId));
  const touch = useMedia("(pointer: coarse)");

  const change = (next: string) => {
    setText(next);
    keepDraft(conversationId, next);
  };

  // A text put here from outside (a suggestion, a failed message) joins what is typed already.
  const latest = useRef(change);
  useLayoutEffect(() => {
    latest.current = change;
    handle.current = {
      put: (more) => {
        latest.current(text.trim() === "" ? more : `${text}\n\n${more}`);
        box.current?.focus();
      },
    };
  });

  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, HEIGHT_MAX_PX)}px`;
    area.style.overflowY = area.scrollHeight > HEIGHT_MAX_PX ? "auto" : "hidden";
  }, [text, box]);

  const sendable = text.trim() !== "" && !answering;
  const send = () => {
    if (!sendable) return;
    onSend(text);
    setText("");
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
      <div className="composer-box">
        <textarea
          ref={box}
          id="message-box"
          rows={1}
          value={text}
          aria-label={t.composer.label}
          aria-keyshortcuts="/"
          placeholder={t.composer.placeholder}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {answering ? (
          <button
            type="button"
            className="send stop"
            aria-label={t.composer.stop}
            title={stopping ? t.composer.stopping : t.composer.stop}
            disabled={stopping}
            onClick={onStop}
          >
            <StopIcon />
          </button>
        ) : (
          <button
            type="submit"
            className="send"
            aria-label={t.composer.send}
            title={t.composer.send}
            disabled={!sendable}
          >
            <SendIcon />
          </button>
        )}
      </div>
      <p className="composer-hint" aria-hidden="true">
        {t.composer.hint}
      </p>
    </form>
  );
}
