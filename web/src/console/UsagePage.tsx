/** Tokens and cost by time as stacked bars, and by model, key or person as a table. */
import { useCallback, useState } from "react";
import { admin, type CostBucket, type Group, type Grouping, type Key, type Page, type UsageBucket } from "./api";
import { Bars } from "./Bars";
import { names } from "./names";
import { Failed, since, useLoaded } from "./parts";
import { Records, type Column } from "./Records";
import { w } from "./words";

const PERIODS = [1, 7, 14, 30] as const;
const HOURS = 24;

export interface Sum {
  requests: number;
  input: number;
  cached: number;
  output: number;
}

export function sumOf(results: UsageBucket["results"]): Sum {
  const sum = { requests: 0, input: 0, cached: 0, output: 0 };
  for (const one of results) {
    sum.requests += one.requests;
    sum.input += one.uncached_input_tokens;
    sum.cached += one.cache_read_input_tokens;
    sum.output += one.output_tokens;
  }
  return sum;
}

const total = (sum: Sum) => sum.input + sum.cached + sum.output;

/** The group of all that no key did: browsers, in which each sign-in has an id of its own. */
const BROWSERS = "";

type GroupOf = (one: Group) => string;

/** What is summed up together. @param keys null while nobody knows which ids are keys' */
export function groupOf(grouping: Grouping, keys: Page<Key> | null): GroupOf {
  const known = grouping === "api_key_id" && keys !== null ? new Set(keys.data.map((key) => key.id)) : null;
  return (one) => {
    const id = one[grouping] ?? "";
    return known === null || known.has(id) ? id : BROWSERS;
  };
}

/** The sums of each model, key or person, the largest first. */
export function byGroup(buckets: readonly UsageBucket[], of: GroupOf): [string, Sum][] {
  const groups = new Map<string, UsageBucket["results"]>();
  for (const one of buckets.flatMap((bucket) => bucket.results)) {
    const name = of(one);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups]
    .map(([name, results]): [string, Sum] => [name, sumOf(results)])
    .sort((a, b) => total(b[1]) - total(a[1]));
}

/** Dollars of each group; the report is in cents. */
export function costs(buckets: readonly CostBucket[], of: GroupOf): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of buckets.flatMap((bucket) => bucket.results)) {
    const name = of(one);
    sums.set(name, (sums.get(name) ?? 0) + Number(one.amount) / 100);
  }
  return sums;
}

interface Loaded {
  buckets: UsageBucket[];
  /** Null where the time is too short for the report, which is by day. */
  costs: CostBucket[] | null;
}

async function load(days: number, grouping: Grouping): Promise<Loaded> {
  if (days === 1) {
    const from = new Date(Date.now() - (HOURS - 1) * 36e5).toISOString();
    return { buckets: (await admin.usage(from, "1h", HOURS, grouping)).data, costs: null };
  }
  const [usage, cost] = await Promise.all([
    admin.usage(since(days), "1d", days, grouping),
    admin.cost(since(days), days, grouping),
  ]);
  return { buckets: usage.data, costs: cost.data };
}

/** @param own whether only the reader's own usage is told */
export function UsagePage({ own }: { own: boolean }) {
  const [days, setDays] = useState<number>(14);
  const [grouping, setGrouping] = useState<Grouping>("model");
  const usage = useLoaded(useCallback(() => load(days, grouping), [days, grouping]));
  const keys = useLoaded(admin.keys);
  const buckets = usage.value?.buckets ?? [];
  const of = groupOf(grouping, keys.value);
  const groups = byGroup(buckets, of);
  const sums = buckets.map((bucket) => sumOf(bucket.results));
  const all = sumOf(buckets.flatMap((bucket) => bucket.results));
  const told = usage.value?.costs ?? null;
  const cost = told === null ? null : costs(told, of);
  const spent = cost === null ? null : [...cost.values()].reduce((sum, one) => sum + one, 0);
  return (
    <>
      <div className="console-lead">
        <p>{own ? w.usage.ownLead : w.usage.lead}</p>
        <div className="filters">
          <label>
            {w.usage.period}
            <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {PERIODS.map((one) => (
                <option key={one} value={one}>
                  {one === 1 ? w.usage.day : w.usage.days(one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {w.usage.by}
            <select value={grouping} onChange={(event) => setGrouping(event.target.value as Grouping)}>
              {(own ? (["model", "api_key_id"] as const) : (["model", "api_key_id", "user_id"] as const)).map((one) => (
                <option key={one} value={one}>
                  {w.usage.groupings[one]}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <Failed of={usage} />
      {usage.value !== null && groups.length === 0 && <p className="console-empty">{w.usage.none}</p>}
      {groups.length > 0 && (
        <>
          <dl className="tiles">
            <Tile name={w.usage.requests} value={names.number(all.requests)} />
            <Tile name={w.usage.tokens} value={names.short(total(all))} />
            {spent !== null && <Tile name={w.usage.cost} value={names.money(spent)} />}
          </dl>
          <Bars
            label={w.usage.chart}
            times={buckets.map((bucket) => (days === 1 ? names.hour : names.day)(bucket.starting_at))}
            series={[
              { tone: "accent", label: w.usage.input, values: sums.map((sum) => sum.input) },
              { tone: "soft", label: w.usage.cached, values: sums.map((sum) => sum.cached) },
              { tone: "warm", label: w.usage.output, values: sums.map((sum) => sum.output) },
            ]}
            write={names.short}
          />
          <GroupTable groups={groups} grouping={grouping} keys={keys.value} cost={cost} own={own} />
        </>
      )}
    </>
  );
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface TableProps {
  groups: readonly [string, Sum][];
  grouping: Grouping;
  keys: Page<Key> | null;
  cost: Map<string, number> | null;
  own: boolean;
}

const none = () => Promise.resolve(null);

function GroupTable({ groups, grouping, keys, cost, own }: TableProps) {
  const users = useLoaded(own ? none : admin.users);
  const name = (id: string) => {
    if (grouping === "model") return id;
    if (grouping === "user_id") return names.user(users.value, id);
    return id === BROWSERS ? w.usage.browser : (keys?.data.find((key) => key.id === id)?.name ?? id);
  };
  const number = (head: string, of: (sum: Sum) => number): Column<[string, Sum]> => ({
    head,
    as: "number",
    cell: ([, sum]) => names.number(of(sum)),
  });
  return (
    <Records
      label={w.pages.usage}
      rows={groups}
      keyOf={([id]) => id}
      columns={[
        { head: w.usage.groupings[grouping], as: "name", cell: ([id]) => name(id) },
        number(w.usage.requests, (sum) => sum.requests),
        number(w.usage.input, (sum) => sum.input),
        number(w.usage.cached, (sum) => sum.cached),
        number(w.usage.output, (sum) => sum.output),
        ...(cost === null
          ? []
          : [
              {
                head: w.usage.cost,
                as: "number",
                cell: ([id]: [string, Sum]) => names.money(cost.get(id) ?? 0),
              } as const,
            ]),
      ]}
    />
  );
}
