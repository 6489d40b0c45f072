/** Tokens by day as stacked bars, and by model as a table: the same numbers twice, for eyes and for readers. */
import { tokens } from "../lib/format";
import { language } from "../strings";
import { admin, type UsageBucket } from "./api";
import { Failed, useLoaded } from "./parts";
import { w } from "./words";

const DAYS = 14;
const DAY_MS = 86_400_000;
const WIDTH = 700;
const HEIGHT = 180;
const GAP = 8;

interface Sum {
  input: number;
  cached: number;
  output: number;
}

const load = () =>
  admin.usage(new Date(Date.now() - (DAYS - 1) * DAY_MS).toISOString().slice(0, 10) + "T00:00:00Z", DAYS);

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
const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
const number = new Intl.NumberFormat(language);

export function UsagePage() {
  const usage = useLoaded(load);
  const buckets = usage.value?.data ?? [];
  const models = byModel(buckets);
  return (
    <>
      <div className="console-lead">
        <p>{w.usage.lead}</p>
        <a className="secondary" href="/v1/organizations/feedback" download="feedback.jsonl">
          {w.usage.feedback}
        </a>
      </div>
      <Failed of={usage} />
      {usage.value !== null && models.length === 0 && <p className="console-none">{w.usage.none}</p>}
      {models.length > 0 && (
        <>
          <Bars buckets={buckets} />
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
                    <td>{number.format(sum.input)}</td>
                    <td>{number.format(sum.cached)}</td>
                    <td>{number.format(sum.output)}</td>
                    <td>{number.format(total(sum))}</td>
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

function Bars({ buckets }: { buckets: readonly UsageBucket[] }) {
  const sums = buckets.map((bucket) => sumOf(bucket.results));
  const most = Math.max(1, ...sums.map(total));
  const step = WIDTH / Math.max(1, sums.length);
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 20}`} role="img" aria-label={w.usage.chart}>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <text x="0" y="12">
          {tokens(most)}
        </text>
        {sums.map((sum, index) => {
          const at = buckets[index]?.starting_at ?? "";
          const parts: [string, number][] = [
            ["input", sum.input],
            ["cached", sum.cached],
            ["output", sum.output],
          ];
          let top = HEIGHT;
          return (
            <g key={at}>
              <title>{`${day.format(new Date(at))}: ${number.format(total(sum))}`}</title>
              {parts.map(([name, count]) => {
                const height = (count / most) * (HEIGHT - 20);
                top -= height;
                return (
                  <rect
                    key={name}
                    className={name}
                    x={index * step + GAP / 2}
                    y={top}
                    width={step - GAP}
                    height={height}
                  />
                );
              })}
              {index % 2 === 0 && (
                <text x={index * step + step / 2} y={HEIGHT + 15} textAnchor="middle">
                  {day.format(new Date(at))}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span className="input">{w.usage.input}</span>
        <span className="cached">{w.usage.cached}</span>
        <span className="output">{w.usage.output}</span>
      </figcaption>
    </figure>
  );
}
