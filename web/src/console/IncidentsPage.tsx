/** When deployments began to fail and did well again, the newest first. */
import { moment } from "../lib/format";
import { admin, type Incident } from "./api";
import { names } from "./names";
import { Failed, useEvery, useLoaded } from "./parts";
import { w } from "./words";

const LOOK_MS = 10_000;

/** The last word on each deployment. @param changes the newest first */
export function latest(changes: readonly Incident[]): Incident[] {
  return changes.filter((one, index) => changes.findIndex((other) => other.deployment === one.deployment) === index);
}

export function IncidentsPage() {
  const incidents = useLoaded(admin.upstreamIncidents);
  useEvery(incidents.reload, LOOK_MS);
  const list = incidents.value?.data ?? [];
  const failing = latest(list).filter((one) => one.state !== "closed");
  return (
    <>
      <div className="console-lead">
        <p>{w.incidents.lead}</p>
      </div>
      <Failed of={incidents} />
      {incidents.value !== null && (
        <p className={`verdict ${failing.length === 0 ? "good" : "bad"}`} role="status">
          {failing.length === 0
            ? w.incidents.allWell
            : w.incidents.failing(failing.map((one) => one.deployment).join(", "))}
        </p>
      )}
      {list.length > 0 && (
        <div className="console-table" role="region" aria-label={w.pages.incidents} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w.incidents.time}</th>
                <th scope="col">{w.incidents.deployment}</th>
                <th scope="col">{w.incidents.what}</th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={one.id}>
                  <td className="steady">{moment(one.created_at)}</td>
                  <th scope="row">{one.deployment}</th>
                  <td>
                    <span className={`state ${one.state}`}>{w.incidents.states[one.state]}</span>
                    {one.failure_rate !== null && (
                      <small>{w.incidents.rate(names.share(one.failure_rate / 100))}</small>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
