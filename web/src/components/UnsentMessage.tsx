/** A message that the server doesn't have yet: on its way, waiting for the network, turned down, or behind such a one. */
import { deliver, discard, type OutboxItem } from "../state/outbox";
import { t } from "../strings";
import { AttachmentList } from "./Attachments";
import { AlertIcon, ClockIcon } from "./icons";

export function UnsentMessage({ item, onEdit }: { item: OutboxItem; onEdit: (item: OutboxItem) => void }) {
  return (
    <article className="message question unsent" aria-label={t.thread.you}>
      <AttachmentList files={item.attachments} />
      <div className="bubble" dir="auto">
        {item.text}
      </div>
      <Status item={item} onEdit={onEdit} />
    </article>
  );
}

function Status({ item, onEdit }: { item: OutboxItem; onEdit: (item: OutboxItem) => void }) {
  if (item.state === "sending") return <p className="unsent-status faint">{t.thread.sending}</p>;
  const failed = item.state === "failed";
  const words = { waiting: t.thread.waiting, behind: t.thread.behind, failed: t.thread.notSent }[item.state];
  return (
    <div className={failed ? "unsent-status bad" : "unsent-status"} role="status">
      <span className="unsent-words">
        {failed ? <AlertIcon /> : <ClockIcon />}
        <span>
          {words} {item.reason}
        </span>
      </span>
      <span className="unsent-actions">
        {item.state !== "behind" && (
          <button type="button" className="quiet" onClick={() => void deliver(item.id)}>
            {failed ? t.thread.retry : t.thread.sendNow}
          </button>
        )}
        <button
          type="button"
          className="quiet"
          onClick={() => {
            discard(item.id);
            onEdit(item);
          }}
        >
          {t.thread.edit}
        </button>
      </span>
    </div>
  );
}
