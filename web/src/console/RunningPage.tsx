/** What runs now, on all servers, looked at again and again; each with a stop. */
import { useNow } from "../lib/hooks";
import { admin, type Running } from "./api";
import { names } from "./names";
import { Failed, useEvery, useLoaded } from "./parts";
import { Records, useQuestion } from "./Records";
import { w } from "./words";

const LOOK_MS = 2_000;
const number = names.number;

export function RunningPage() {
  const running = useLoaded(admin.running);
  const people = useLoaded(admin.users);
  const keys = useLoaded(admin.keys);
  const [ask, question] = useQuestion(running.reload);
  useEvery(running.look, LOOK_MS);
  const now = useNow(1_000);

  const who = (one: Running) => names.user(people.value, one.user_id);
  const stop = (one: Running) =>
    ask({
      title: w.running.stopTitle(who(one)),
      body: w.running.stopBody,
      confirm: w.running.stop,
      run: () => admin.stopRunning(one.id),
    });
  const list = running.value?.data ?? [];

  return (
    <>
      <div className="console-lead">
        <p>{w.running.lead}</p>
        {running.value !== null && (
          <p className="count" aria-live="polite">
            {w.running.count(list.length)}
          </p>
        )}
      </div>
      <Failed of={running} />
      {running.value !== null && list.length === 0 ? (
        <p className="console-empty">{w.running.none}</p>
      ) : (
        <Records
          label={w.pages.running}
          rows={list}
          keyOf={(one) => one.id}
          nameOf={who}
          columns={[
            {
              head: w.running.who,
              as: "name",
              cell: (one) => (
                <>
                  <strong>{who(one)}</strong>
                  <small>{names.way(keys.value, one)}</small>
                </>
              ),
            },
            { head: w.running.model, cell: (one) => one.model },
            { head: w.running.since, as: "steady", cell: (one) => names.elapsed(one.started_at, now) },
            { head: w.running.input, as: "number", cell: (one) => number(one.input_tokens) },
            { head: w.running.output, as: "number", cell: (one) => number(one.output_tokens) },
          ]}
          actions={(one) => (one.stopping ? [] : [{ label: w.running.stop, run: () => stop(one) }])}
          instead={(one) => one.stopping && <small>{w.running.stopping}</small>}
        />
      )}
      {running.value?.has_more === true && <p className="console-none">{w.running.more}</p>}
      {question}
    </>
  );
}
