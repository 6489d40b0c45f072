/** A message that the server doesn't have yet: on its way, waiting for the network, or turned down. */
import { deliver, discard, type OutboxItem } from "../state/outbox";
import { t } from "../strings";
import { AttachmentList } from "./Attachments";
import { AlertIcon, ClockIcon } from "./icons";

export function UnsentMessage({ item, onEdit }: { item: OutboxItem; onEdit: (item: OutboxItem) => void }) {
  return (
    <article className="message question unsent" aria-label={t.thread.you}>
      <AttachmentList files={item.attachments} />
      <div className="bubble">{item.text}</div>
      <Status item={item} onEdit={onEdit} />
    </article>
  );
}

function Status({ item, onEdit }: { item: OutboxItem; onEdit: (item: OutboxItem) => void }) {
  if (item.state === "sending") return <p className="unsent-status faint">{t.thread.sending}</p>;
  const failed = item.state === "failed";
  return (
    <div className={failed ? "unsent-status bad" : "unsent-status"} role="status">
      <span className="unsent-words">
        {failed ? <AlertIcon /> : <ClockIcon />}
        <span>
          {failed ? t.thread.notSent : t.thread.waiting} {item.reason}
        </span>
      </span>
      <span className="unsent-actions">
        <button type="button" className="quiet" onClick={() => void deliver(item.id)}>
          {failed ? t.thread.retry : t.thread.sendNow}
        </button>
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
