/** What people thought of answers and what safety refused: counts by day, model and category. */
import { admin, type FeedbackResult, type IncidentResult, type ReportBucket } from "./api";
import { Bars } from "./Bars";
import { names } from "./names";
import { Failed, since, useLoaded } from "./parts";
import { w } from "./words";

const DAYS = 30;

const loadFeedback = () => admin.feedback(since(DAYS), DAYS);
const loadIncidents = () => admin.incidents(since(DAYS), DAYS);

/** Sums results under a key, the largest first. */
export function tally<T>(buckets: readonly ReportBucket<T>[], key: (one: T) => string, sizes: (one: T) => number[]) {
  const sums = new Map<string, number[]>();
  for (const one of buckets.flatMap((bucket) => bucket.results)) {
    const before = sums.get(key(one)) ?? [];
    sums.set(
      key(one),
      sizes(one).map((size, index) => size + (before[index] ?? 0)),
    );
  }
  const total = (entry: [string, number[]]) => entry[1].reduce((sum, size) => sum + size, 0);
  return [...sums].sort((a, b) => total(b) - total(a));
}

const perDay = <T,>(buckets: readonly ReportBucket<T>[], size: (one: T) => number) =>
  buckets.map((bucket) => bucket.results.reduce((sum, one) => sum + size(one), 0));

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

export function QualityPage() {
  const feedback = useLoaded(loadFeedback);
  const incidents = useLoaded(loadIncidents);
  return (
    <>
      <div className="console-lead">
        <p>{w.quality.lead}</p>
        <a className="secondary" href="/v1/organizations/feedback" download="feedback.jsonl">
          {w.quality.download}
        </a>
      </div>
      <Failed of={feedback} />
      {feedback.value !== null && <FeedbackPart buckets={feedback.value.data} />}
      <Failed of={incidents} />
      {incidents.value !== null && <IncidentPart buckets={incidents.value.data} />}
    </>
  );
}

function FeedbackPart({ buckets }: { buckets: readonly ReportBucket<FeedbackResult>[] }) {
  const up = perDay(buckets, (one) => one.up);
  const down = perDay(buckets, (one) => one.down);
  const models = tally(
    buckets,
    (one) => one.model ?? "",
    (one) => [one.up, one.down],
  );
  return (
    <section>
      <h2>{w.quality.feedback}</h2>
      <dl className="tiles">
        <div>
          <dt>{w.quality.up}</dt>
          <dd>{names.number(sum(up))}</dd>
        </div>
        <div>
          <dt>{w.quality.down}</dt>
          <dd>{names.number(sum(down))}</dd>
        </div>
      </dl>
      {models.length === 0 ? (
        <p className="console-empty">{w.quality.noFeedback}</p>
      ) : (
        <>
          <Bars
            label={w.quality.feedbackChart}
            times={buckets.map((bucket) => names.day(bucket.starting_at))}
            series={[
              { tone: "accent", label: w.quality.up, values: up },
              { tone: "bad", label: w.quality.down, values: down },
            ]}
            write={names.short}
          />
          <div className="console-table" role="region" aria-label={w.quality.feedback} tabIndex={0}>
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{w.usage.model}</th>
                  <th scope="col">{w.quality.up}</th>
                  <th scope="col">{w.quality.down}</th>
                  <th scope="col">{w.quality.share}</th>
                </tr>
              </thead>
              <tbody>
                {models.map(([model, [good = 0, bad = 0]]) => (
                  <tr key={model}>
                    <th scope="row">{model === "" ? w.quality.noModel : model}</th>
                    <td>{names.number(good)}</td>
                    <td>{names.number(bad)}</td>
                    <td>{names.share(good / Math.max(1, good + bad))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function IncidentPart({ buckets }: { buckets: readonly ReportBucket<IncidentResult>[] }) {
  const of = (direction: string) => perDay(buckets, (one) => (one.direction === direction ? one.incidents : 0));
  const categories = tally(
    buckets,
    (one) => one.category,
    (one) => (one.direction === "input" ? [one.incidents, 0] : [0, one.incidents]),
  );
  return (
    <section>
      <h2>{w.quality.incidents}</h2>
      <dl className="tiles">
        <div>
          <dt>{w.quality.input}</dt>
          <dd>{names.number(sum(of("input")))}</dd>
        </div>
        <div>
          <dt>{w.quality.output}</dt>
          <dd>{names.number(sum(of("output")))}</dd>
        </div>
      </dl>
      {categories.length === 0 ? (
        <p className="console-empty">{w.quality.noIncidents}</p>
      ) : (
        <>
          <Bars
            label={w.quality.incidentChart}
            times={buckets.map((bucket) => names.day(bucket.starting_at))}
            series={[
              { tone: "warm", label: w.quality.input, values: of("input") },
              { tone: "bad", label: w.quality.output, values: of("output") },
            ]}
            write={names.short}
          />
          <div className="console-table" role="region" aria-label={w.quality.incidents} tabIndex={0}>
            <table className="numbers">
              <thead>
                <tr>
                  <th scope="col">{w.quality.category}</th>
                  <th scope="col">{w.quality.input}</th>
                  <th scope="col">{w.quality.output}</th>
                </tr>
              </thead>
              <tbody>
                {categories.map(([category, [input = 0, output = 0]]) => (
                  <tr key={category}>
                    <th scope="row">{category}</th>
                    <td>{names.number(input)}</td>
                    <td>{names.number(output)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
