/** Limits and budgets of the organization, workspaces, people and keys: what is set, what is spent, and a way to set it. */
import { useState } from "react";
import { admin, type Budget, type Limit } from "./api";
import { LimitDialog } from "./LimitDialog";
import { names } from "./names";
import { act, ConfirmDialog, Failed, useLoaded } from "./parts";
import { w } from "./words";

export const RATES = [
  "requests_per_minute",
  "input_tokens_per_minute",
  "output_tokens_per_minute",
  "in_flight",
] as const;

export function LimitsPage() {
  const limits = useLoaded(admin.limits);
  const users = useLoaded(admin.users);
  const keys = useLoaded(admin.keys);
  const workspaces = useLoaded(admin.workspaces);
  const [editing, setEditing] = useState<Limit | "new" | null>(null);
  const [removing, setRemoving] = useState<Limit | null>(null);

  const whose = ({ scope }: Limit) =>
    scope.type === "organization"
      ? w.limits.organization
      : ([...(users.value?.data ?? []), ...(keys.value?.data ?? []), ...(workspaces.value?.data ?? [])].find(
          (one) => one.id === scope.id,
        )?.name ?? w.somebody);
  const remove = async (limit: Limit) => {
    setRemoving(null);
    if (await act(admin.setLimits({ scope: limit.scope }))) limits.reload();
  };
  const list = limits.value?.data ?? [];

  return (
    <>
      <div className="console-lead">
        <p>{w.limits.lead}</p>
        <button type="button" className="primary" onClick={() => setEditing("new")}>
          {w.limits.create}
        </button>
      </div>
      <Failed of={limits} />
      {limits.value !== null && list.length === 0 && <p className="console-empty">{w.limits.none}</p>}
      {list.length > 0 && (
        <div className="console-table" role="region" aria-label={w.pages.limits} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{w.limits.scope}</th>
                <th scope="col">{w.limits.rates}</th>
                <th scope="col">{w.limits.budgets}</th>
                <th scope="col">{w.limits.actions}</th>
              </tr>
            </thead>
            <tbody>
              {list.map((limit) => (
                <tr key={limit.id}>
                  <th scope="row">
                    <strong>{whose(limit)}</strong>
                    <small>
                      {w.limits.kinds[limit.scope.type]}
                      {limit.scope.model !== null && ` · ${limit.scope.model}`}
                    </small>
                  </th>
                  <td>
                    {RATES.filter((rate) => limit[rate] !== null).map((rate) => (
                      <span key={rate} className="line">
                        {w.limits.rate[rate](names.number(limit[rate] ?? 0))}
                      </span>
                    ))}
                  </td>
                  <td>
                    {limit.budgets.map((budget) => (
                      <Spent key={`${budget.period} ${budget.unit}`} budget={budget} />
                    ))}
                  </td>
                  <td className="console-actions">
                    <button type="button" className="quiet" onClick={() => setEditing(limit)}>
                      {w.limits.change}
                    </button>
                    <button type="button" className="quiet" onClick={() => setRemoving(limit)}>
                      {w.limits.remove}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing !== null && (
        <LimitDialog
          limit={editing === "new" ? null : editing}
          users={users.value?.data ?? []}
          keys={(keys.value?.data ?? []).filter((key) => key.status === "active")}
          workspaces={workspaces.value?.data ?? []}
          onClose={() => setEditing(null)}
          onSet={() => {
            setEditing(null);
            limits.reload();
          }}
        />
      )}
      {removing !== null && (
        <ConfirmDialog
          title={w.limits.removeTitle(whose(removing))}
          body={w.limits.removeBody}
          confirm={w.limits.remove}
          onConfirm={() => void remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function Spent({ budget }: { budget: Budget & { spent: number } }) {
  const write = budget.unit === "usd" ? names.money : names.short;
  const words = w.limits.spent(write(budget.spent), write(budget.amount), w.limits.periods[budget.period]);
  return (
    <span className="spent">
      <progress
        max={Math.max(budget.amount, Number.MIN_VALUE)}
        value={Math.min(budget.spent, budget.amount)}
        aria-label={words}
      />
      <small>{words}</small>
    </span>
  );
}
