/** Whether answers are kept to be given again, for how long, and how many there are. */
import { useState } from "react";
import { bytes } from "../lib/format";
import { toast } from "../state/notices";
import { admin, type AnswerCache } from "./api";
import { names } from "./names";
import { act, Failed, useLoaded } from "./parts";
import { w } from "./words";

const HOUR_S = 3_600;
const HOURS_DEFAULT = 24;

export function AnswerCachePart() {
  const cache = useLoaded(admin.answerCache);
  return (
    <>
      <Failed of={cache} />
      {cache.value !== null && (
        <AnswerCacheForm
          key={`${cache.value.enabled} ${cache.value.ttl_seconds}`}
          now={cache.value}
          onSet={cache.reload}
        />
      )}
    </>
  );
}

function AnswerCacheForm({ now, onSet }: { now: AnswerCache; onSet: () => void }) {
  const [enabled, setEnabled] = useState(now.enabled);
  const [hours, setHours] = useState(String((now.ttl_seconds ?? HOURS_DEFAULT * HOUR_S) / HOUR_S));
  const done = async (work: Promise<unknown>, said: string) => {
    if (await act(work)) {
      toast(said);
      onSet();
    }
  };
  return (
    <form
      className="console-form panel"
      onSubmit={(event) => {
        event.preventDefault();
        const ttl = Math.round(Number(hours) * HOUR_S);
        void done(admin.setAnswerCache(enabled ? { enabled, ttl_seconds: ttl } : { enabled }), w.saved);
      }}
    >
      <fieldset className="choice">
        <legend>{w.answerCache.title}</legend>
        <label>
          <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.target.checked)} />
          {w.answerCache.enable}
        </label>
        {enabled && (
          <label className="days">
            <input
              type="number"
              min={0.1}
              max={2160}
              step="any"
              required
              value={hours}
              aria-label={w.answerCache.hoursLabel}
              onChange={(event) => setHours(event.target.value)}
            />
            {w.answerCache.hours}
          </label>
        )}
        <p className="hint">{w.answerCache.hint}</p>
        {now.enabled && <p className="hint">{w.answerCache.kept(names.number(now.answers), bytes(now.bytes))}</p>}
      </fieldset>
      <div className="row">
        <button type="submit" className="primary">
          {w.save}
        </button>
        {now.answers > 0 && (
          <button
            type="button"
            className="secondary"
            onClick={() => void done(admin.purgeAnswerCache(), w.answerCache.purged)}
          >
            {w.answerCache.purge}
          </button>
        )}
      </div>
    </form>
  );
}
