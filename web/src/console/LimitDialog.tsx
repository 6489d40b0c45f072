/** Sets what holds for one scope, in place of all that did. */
import { useState } from "react";
import { Dialog } from "../components/Dialog";
import { CloseIcon, PlusIcon } from "../components/icons";
import { admin, type Budget, type Key, type Limit, type Scope, type User, type Workspace } from "./api";
import { RATES } from "./LimitsPage";
import { act } from "./parts";
import { w } from "./words";

const KINDS: readonly Scope["type"][] = ["user", "api_key", "workspace", "organization"];
const PERIODS: readonly Budget["period"][] = ["day", "week", "month"];

interface Props {
  /** Null for a new one. */
  limit: Limit | null;
  users: readonly User[];
  keys: readonly Key[];
  workspaces: readonly Workspace[];
  onClose: () => void;
  onSet: () => void;
}

export function LimitDialog({ limit, users, keys, workspaces, onClose, onSet }: Props) {
  const [kind, setKind] = useState<Scope["type"]>(limit?.scope.type ?? "user");
  const [id, setId] = useState(limit?.scope.id ?? "");
  const [model, setModel] = useState(limit?.scope.model ?? "");
  const [rates, setRates] = useState<Record<string, string>>(
    Object.fromEntries(RATES.map((rate) => [rate, limit?.[rate]?.toString() ?? ""])),
  );
  const [budgets, setBudgets] = useState<readonly Budget[]>(
    limit?.budgets.map(({ period, unit, amount }) => ({ period, unit, amount })) ?? [],
  );
  const choices: readonly { id: string; name: string }[] =
    kind === "user" ? users : kind === "api_key" ? keys : kind === "workspace" ? workspaces : [];
  const chosen =
    kind === "organization" ? null : choices.some((one) => one.id === id) || limit ? id : (choices[0]?.id ?? "");

  const save = () =>
    act(
      admin
        .setLimits({
          scope: { type: kind, id: chosen, model: model.trim() === "" ? null : model.trim() },
          ...Object.fromEntries(RATES.map((rate) => [rate, rates[rate] ? Number(rates[rate]) : null])),
          budgets,
        })
        .then(onSet),
    );
  const change = (index: number, part: Partial<Budget>) =>
    setBudgets(budgets.map((one, at) => (at === index ? { ...one, ...part } : one)));

  return (
    <Dialog
      title={limit === null ? w.limits.create : w.limits.changeTitle}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.cancel}
          </button>
          <button type="button" className="primary" disabled={chosen === ""} onClick={() => void save()}>
            {w.save}
          </button>
        </>
      }
    >
      <div className="console-form">
        {limit === null && (
          <div className="pair">
            <label>
              {w.limits.kind}
              <select value={kind} onChange={(event) => setKind(event.target.value as Scope["type"])}>
                {KINDS.map((one) => (
                  <option key={one} value={one}>
                    {w.limits.kinds[one]}
                  </option>
                ))}
              </select>
            </label>
            {kind !== "organization" && (
              <label>
                {w.limits.kinds[kind]}
                <select value={chosen ?? ""} onChange={(event) => setId(event.target.value)}>
                  {choices.map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.name}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
        )}
        {limit === null && (
          <label>
            {w.limits.model}
            <input value={model} placeholder={w.limits.allModels} onChange={(event) => setModel(event.target.value)} />
          </label>
        )}
        <div className="pair">
          {RATES.map((rate) => (
            <label key={rate}>
              {w.limits.rateLabel[rate]}
              <input
                type="number"
                min={1}
                step={1}
                value={rates[rate]}
                placeholder={w.limits.unset}
                onChange={(event) => setRates({ ...rates, [rate]: event.target.value })}
              />
            </label>
          ))}
        </div>
        <fieldset className="budgets">
          <legend>{w.limits.budgets}</legend>
          {budgets.map((budget, index) => (
            <div key={index} className="budget">
              <input
                type="number"
                min={0}
                step="any"
                aria-label={w.limits.amount}
                value={budget.amount}
                onChange={(event) => change(index, { amount: Number(event.target.value) })}
              />
              <select
                aria-label={w.limits.unit}
                value={budget.unit}
                onChange={(event) => change(index, { unit: event.target.value as Budget["unit"] })}
              >
                <option value="usd">{w.limits.units.usd}</option>
                <option value="tokens">{w.limits.units.tokens}</option>
              </select>
              <select
                aria-label={w.limits.period}
                value={budget.period}
                onChange={(event) => change(index, { period: event.target.value as Budget["period"] })}
              >
                {PERIODS.map((one) => (
                  <option key={one} value={one}>
                    {w.limits.periods[one]}
                  </option>
                ))}
              </select>
              <button
                type="button"
                className="icon-button small"
                aria-label={w.limits.removeBudget}
                title={w.limits.removeBudget}
                onClick={() => setBudgets(budgets.filter((_, at) => at !== index))}
              >
                <CloseIcon />
              </button>
            </div>
          ))}
          <button
            type="button"
            className="quiet"
            onClick={() => setBudgets([...budgets, { period: "month", unit: "usd", amount: 20 }])}
          >
            <PlusIcon /> {w.limits.addBudget}
          </button>
        </fieldset>
      </div>
    </Dialog>
  );
}
