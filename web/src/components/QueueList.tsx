/** Questions that wait their turn, above the box: in their order, movable, removable. */
import type { Queued } from "../api/types";
import { sendQueued } from "../state/app";
import { moveQueued, removeQueued } from "../state/threads";
import type { Waiting } from "../state/unsure";
import { t } from "../strings";
import { BinIcon, ChevronIcon, ClockIcon, PenIcon, SendIcon, UpIcon, ClipIcon } from "./icons";

interface Props {
  queue: readonly Waiting[];
  /** The answer that they wait for failed: nothing asks them but the person. */
  held: boolean;
  onEdit: (one: Queued) => void;
}

export function QueueList({ queue, held, onEdit }: Props) {
  if (queue.length === 0) return null;
  return (
    <section className="queue" aria-label={t.queue.label}>
      <p className="queue-head">
        <ClockIcon />
        {held ? t.queue.held : t.queue.waiting(queue.length)}
      </p>
      <ol>
        {queue.map((one, at) => (
          <li key={one.id} className="queue-item">
            <span className="queue-number">{at + 1}</span>
            <span className="queue-text" dir="auto">
              {one.text}
            </span>
            {one.onlyHere && <span className="queue-place">{t.queue.onlyHere}</span>}
            {one.attachments.length > 0 && (
              <span className="queue-files" role="img" aria-label={t.files.count(one.attachments.length)}>
                <ClipIcon />
                {one.attachments.length}
              </span>
            )}
            <span className="queue-tools">
              {held && (
                <Tool label={t.queue.sendNow} onClick={() => void sendQueued(one)}>
                  <SendIcon />
                </Tool>
              )}
              <Tool
                label={t.queue.up}
                disabled={one.onlyHere === true || at === 0}
                onClick={() => void moveQueued(one, at - 1)}
              >
                <UpIcon />
              </Tool>
              <Tool
                label={t.queue.down}
                disabled={one.onlyHere === true || at === queue.length - 1}
                onClick={() => void moveQueued(one, at + 1)}
              >
                <ChevronIcon />
              </Tool>
              <Tool label={t.queue.edit} onClick={() => void removeQueued(one).then((mine) => mine && onEdit(one))}>
                <PenIcon />
              </Tool>
              <Tool label={t.queue.remove} onClick={() => void removeQueued(one)}>
                <BinIcon />
              </Tool>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface ToolProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Tool({ label, disabled = false, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
