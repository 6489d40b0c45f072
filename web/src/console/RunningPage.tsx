/** What runs now, on all servers, looked at again and again; each with a stop. */
import { useState } from "react";
import { useNow } from "../lib/hooks";
import { admin, type Running } from "./api";
import { names } from "./names";
import { act, ConfirmDialog, Failed, useEvery, useLoaded } from "./parts";
import { w } from "./words";

const LOOK_MS = 2_000;
const number = names.number;

export function RunningPage() {
  const running = useLoaded(admin.running);
  const people = useLoaded(admin.users);
  const keys = useLoaded(admin.keys);
  const [question, setQuestion] = useState<Running | null>(null);
  useEvery(running.reload, LOOK_MS);
  const now = useNow(1_000);

  const stop = async (one: Running) => {
    setQuestion(null);
    if (await act(admin.stopRunning(one.id))) running.reload();
  };
  const who = (one: Running) => names.user(people.value, one.user_id);
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
        <div className="console-table" role="region" aria-label={w.pages.running} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w.running.who}</th>
                <th scope="col">{w.running.model}</th>
                <th scope="col">{w.running.since}</th>
                <th scope="col" className="number">
                  {w.running.input}
                </th>
                <th scope="col" className="number">
                  {w.running.output}
                </th>
                <th scope="col">{w.running.actions}</th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <strong>{who(one)}</strong>
                    <small>{names.way(keys.value, one)}</small>
                  </th>
                  <td>{one.model}</td>
                  <td className="steady">{names.elapsed(one.started_at, now)}</td>
                  <td className="number">{number(one.input_tokens)}</td>
                  <td className="number">{number(one.output_tokens)}</td>
                  <td className="console-actions">
                    {one.stopping ? (
                      <small>{w.running.stopping}</small>
                    ) : (
                      <button type="button" className="quiet" onClick={() => setQuestion(one)}>
                        {w.running.stop}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {running.value?.has_more === true && <p className="console-none">{w.running.more}</p>}
      {question !== null && (
        <ConfirmDialog
          title={w.running.stopTitle(who(question))}
          body={w.running.stopBody}
          confirm={w.running.stop}
          onConfirm={() => void stop(question)}
          onClose={() => setQuestion(null)}
        />
      )}
    </>
  );
}
