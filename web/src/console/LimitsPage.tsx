/** Limits and budgets of the organization, workspaces, people and keys: what is set, what is spent, and a way to set it. */
import { useState } from "react";
import { admin, type Budget, type Limit } from "./api";
import { LimitDialog } from "./LimitDialog";
import { names } from "./names";
import { Failed, useLoaded } from "./parts";
import { Records, useQuestion } from "./Records";
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
  const [ask, question] = useQuestion(limits.reload);

  const whose = ({ scope }: Limit) =>
    scope.type === "organization"
      ? w.limits.organization
      : ([...(users.value?.data ?? []), ...(keys.value?.data ?? []), ...(workspaces.value?.data ?? [])].find(
          (one) => one.id === scope.id,
        )?.name ?? w.somebody);
  const remove = (limit: Limit) =>
    ask({
      title: w.limits.removeTitle(whose(limit)),
      body: w.limits.removeBody,
      confirm: w.limits.remove,
      run: () => admin.setLimits({ scope: limit.scope }),
    });
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
        <Records
          label={w.pages.limits}
          rows={list}
          keyOf={(limit) => limit.id}
          nameOf={whose}
          columns={[
            {
              head: w.limits.scope,
              as: "name",
              cell: (limit) => (
                <>
                  <strong>{whose(limit)}</strong>
                  <small>
                    {w.limits.kinds[limit.scope.type]}
                    {limit.scope.model !== null && ` · ${limit.scope.model}`}
                  </small>
                </>
              ),
            },
            { head: w.limits.rates, cell: (limit) => <RatesOf limit={limit} /> },
            {
              head: w.limits.budgets,
              cell: (limit) =>
                limit.budgets.length === 0
                  ? w.limits.noBudget
                  : limit.budgets.map((budget) => <Spent key={`${budget.period} ${budget.unit}`} budget={budget} />),
            },
          ]}
          actions={(limit) => [
            { label: w.limits.change, run: () => setEditing(limit) },
            { label: w.limits.remove, run: () => remove(limit) },
          ]}
        />
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
      {question}
    </>
  );
}

function RatesOf({ limit }: { limit: Limit }) {
  const set = RATES.filter((rate) => limit[rate] !== null);
  if (set.length === 0) return <>{w.limits.noRate}</>;
  return set.map((rate) => (
    <span key={rate} className="line">
      {w.limits.rate[rate](names.number(limit[rate] ?? 0))}
    </span>
  ));
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
