/** Tokens by day as stacked bars, and by model as a table: the same numbers twice, for eyes and for readers. */
import { admin, type UsageBucket } from "./api";
import { Bars } from "./Bars";
import { names } from "./names";
import { Failed, since, useLoaded } from "./parts";
import { w } from "./words";

const DAYS = 14;

interface Sum {
  input: number;
  cached: number;
  output: number;
}

const load = () => admin.usage(since(DAYS), DAYS);

export function sumOf(results: UsageBucket["results"]): Sum {
  const sum = { input: 0, cached: 0, output: 0 };
  for (const one of results) {
    sum.input += one.uncached_input_tokens;
    sum.cached += one.cache_read_input_tokens;
    sum.output += one.output_tokens;
  }
  return sum;
}

export function byModel(buckets: readonly UsageBucket[]): [string, Sum][] {
  const models = new Map<string, UsageBucket["results"]>();
  for (const one of buckets.flatMap((bucket) => bucket.results)) {
    const name = one.model ?? "";
    models.set(name, [...(models.get(name) ?? []), one]);
  }
  return [...models]
    .map(([name, results]): [string, Sum] => [name, sumOf(results)])
    .sort((a, b) => total(b[1]) - total(a[1]));
}

const total = (sum: Sum) => sum.input + sum.cached + sum.output;
const number = names.number;

export function UsagePage() {
  const usage = useLoaded(load);
  const buckets = usage.value?.data ?? [];
  const models = byModel(buckets);
  const sums = buckets.map((bucket) => sumOf(bucket.results));
  return (
    <>
      <div className="console-lead">
        <p>{w.usage.lead}</p>
      </div>
      <Failed of={usage} />
      {usage.value !== null && models.length === 0 && <p className="console-none">{w.usage.none}</p>}
      {models.length > 0 && (
        <>
          <Bars
            label={w.usage.chart}
            times={buckets.map((bucket) => names.day(bucket.starting_at))}
            series={[
              { tone: "accent", label: w.usage.input, values: sums.map((sum) => sum.input) },
              { tone: "soft", label: w.usage.cached, values: sums.map((sum) => sum.cached) },
              { tone: "warm", label: w.usage.output, values: sums.map((sum) => sum.output) },
            ]}
            write={names.short}
          />
          <div className="console-table" role="region" aria-label={w.pages.usage} tabIndex={0}>
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{w.usage.model}</th>
                  <th scope="col">{w.usage.input}</th>
                  <th scope="col">{w.usage.cached}</th>
                  <th scope="col">{w.usage.output}</th>
                  <th scope="col">{w.usage.total}</th>
                </tr>
              </thead>
              <tbody>
                {models.map(([model, sum]) => (
                  <tr key={model}>
                    <th scope="row">{model}</th>
                    <td>{number(sum.input)}</td>
                    <td>{number(sum.cached)}</td>
                    <td>{number(sum.output)}</td>
                    <td>{number(total(sum))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}
