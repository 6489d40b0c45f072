/** Thumbs for an answer, and a comment where somebody has one. The operator gets both, with what they are about. */
import { useState } from "react";
import type { Message, Opinion } from "../api/types";
import { judge } from "../state/threads";
import { t } from "../strings";
import { Dialog } from "./Dialog";
import { ThumbDownIcon, ThumbUpIcon } from "./icons";

/** The server's limit. */
const COMMENT_LENGTH_MAX = 2_000;

export function Thumbs({ message }: { message: Message }) {
  const [asking, setAsking] = useState<Opinion["rating"] | null>(null);
  const rating = message.feedback?.rating;
  const press = (pressed: Opinion["rating"]) => {
    if (rating === pressed) void judge(message, null);
    else setAsking(pressed);
  };
  return (
    <>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.feedback.up}
        title={t.feedback.up}
        aria-pressed={rating === "up"}
        onClick={() => press("up")}
      >
        <ThumbUpIcon />
      </button>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.feedback.down}
        title={t.feedback.down}
        aria-pressed={rating === "down"}
        onClick={() => press("down")}
      >
        <ThumbDownIcon />
      </button>
      {asking !== null && (
        <Comment
          rating={asking}
          onClose={() => setAsking(null)}
          onSend={(comment) => {
            setAsking(null);
            void judge(message, { rating: asking, comment });
          }}
        />
      )}
    </>
  );
}

interface CommentProps {
  rating: Opinion["rating"];
  onClose: () => void;
  onSend: (comment: string) => void;
}

function Comment({ rating, onClose, onSend }: CommentProps) {
  const [text, setText] = useState("");
  return (
    <Dialog
      title={rating === "up" ? t.feedback.up : t.feedback.down}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {t.message.editCancel}
          </button>
          <button type="button" className="primary" onClick={() => onSend(text.trim())}>
            {t.feedback.send}
          </button>
        </>
      }
    >
      <label className="text-field">
        <span>{t.feedback.comment}</span>
        <textarea
          dir="auto"
          value={text}
          rows={4}
          maxLength={COMMENT_LENGTH_MAX}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="settings-note">{t.feedback.note}</p>
    </Dialog>
  );
}
