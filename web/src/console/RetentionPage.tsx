/** How long conversations are kept. */
import { useState } from "react";
import { toast } from "../state/notices";
import { AnswerCachePart } from "./AnswerCacheForm";
import { admin, type Retention } from "./api";
import { act, ConfirmDialog, Failed, useLoaded } from "./parts";
import { w } from "./words";

/** The server's own, where nothing is set. */
const DELETED_DEFAULT = 30;

export function RetentionPage() {
  const retention = useLoaded(admin.retention);
  return (
    <>
      <div className="console-lead">
        <p>{w.retention.lead}</p>
      </div>
      <Failed of={retention} />
      {retention.value !== null && <RetentionForm now={retention.value} onSet={retention.reload} />}
      <AnswerCachePart />
    </>
  );
}

function RetentionForm({ now, onSet }: { now: Retention; onSet: () => void }) {
  const [ends, setEnds] = useState(now.conversation_days !== null);
  const [days, setDays] = useState(String(now.conversation_days ?? 365));
  const [deleted, setDeleted] = useState(String(now.deleted_days ?? DELETED_DEFAULT));
  const [asking, setAsking] = useState(false);

  const wanted: Retention = {
    conversation_days: ends ? Number(days) : null,
    deleted_days: Number(deleted) === DELETED_DEFAULT ? null : Number(deleted),
  };
  const shorter =
    wanted.conversation_days !== null &&
    (now.conversation_days === null || wanted.conversation_days < now.conversation_days);
  const save = async () => {
    setAsking(false);
    if (await act(admin.setRetention(wanted))) {
      toast(w.saved);
      onSet();
    }
  };

  return (
    <form
      className="console-form panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (shorter) setAsking(true);
        else void save();
      }}
    >
      <fieldset className="choice">
        <legend>{w.retention.conversations}</legend>
        <label>
          <input type="radio" name="ends" checked={!ends} onChange={() => setEnds(false)} />
          {w.retention.forever}
        </label>
        <label>
          <input type="radio" name="ends" checked={ends} onChange={() => setEnds(true)} />
          {w.retention.until}
        </label>
        {ends && (
          <label className="days">
            <input
              type="number"
              min={1}
              max={36500}
              required
              value={days}
              aria-label={w.retention.daysLabel}
              onChange={(event) => setDays(event.target.value)}
            />
            {w.retention.days}
          </label>
        )}
        <p className="hint">{w.retention.conversationsHint}</p>
      </fieldset>
      <fieldset className="choice">
        <legend>{w.retention.deleted}</legend>
        <label className="days">
          <input
            type="number"
            min={0}
            max={36500}
            required
            value={deleted}
            aria-label={w.retention.deletedLabel}
            onChange={(event) => setDeleted(event.target.value)}
          />
          {w.retention.days}
        </label>
        <p className="hint">{w.retention.deletedHint}</p>
      </fieldset>
      <button type="submit" className="primary">
        {w.save}
      </button>
      {asking && (
        <ConfirmDialog
          title={w.retention.askTitle(wanted.conversation_days ?? 0)}
          body={w.retention.askBody}
          confirm={w.save}
          onConfirm={() => void save()}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  );
}
