/** When deployments began to fail and did well again, the newest first. */
import { moment } from "../lib/format";
import { admin, type Incident } from "./api";
import { names } from "./names";
import { Failed, useEvery, useLoaded } from "./parts";
import { Records } from "./Records";
import { w } from "./words";

const LOOK_MS = 10_000;

/** The last word on each deployment. @param changes the newest first */
export function latest(changes: readonly Incident[]): Incident[] {
  return changes.filter((one, index) => changes.findIndex((other) => other.deployment === one.deployment) === index);
}

export function IncidentsPage() {
  const incidents = useLoaded(admin.upstreamIncidents);
  useEvery(incidents.look, LOOK_MS);
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
        <Records
          label={w.pages.incidents}
          rows={list}
          keyOf={(one) => one.id}
          columns={[
            { head: w.incidents.deployment, as: "name", cell: (one) => <strong>{one.deployment}</strong> },
            { head: w.incidents.time, as: "steady", cell: (one) => moment(one.created_at) },
            {
              head: w.incidents.what,
              cell: (one) => (
                <>
                  <span className={`state ${one.state}`}>{w.incidents.states[one.state]}</span>
                  {one.failure_rate !== null && <small>{w.incidents.rate(names.share(one.failure_rate / 100))}</small>}
                </>
              ),
            },
          ]}
        />
      )}
    </>
  );
}
