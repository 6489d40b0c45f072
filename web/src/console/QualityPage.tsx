/** What people thought of answers and what safety refused: counts by day, model and category. */
import { admin, type ReportBucket } from "./api";
import { Bars, type Tone } from "./Bars";
import { names } from "./names";
import { Failed, since, useLoaded } from "./parts";
import { Records, type Column } from "./Records";
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
      {feedback.value !== null && (
        <Counts
          buckets={feedback.value.data}
          words={{ title: w.quality.feedback, chart: w.quality.feedbackChart, none: w.quality.noFeedback }}
          by={{ head: w.usage.model, key: (one) => one.model ?? w.quality.noModel }}
          kinds={[
            { label: w.quality.up, tone: "accent", size: (one) => one.up },
            { label: w.quality.down, tone: "bad", size: (one) => one.down },
          ]}
          more={[
            {
              head: w.quality.share,
              as: "number",
              cell: ([, [good = 0, bad = 0]]) => names.share(good / Math.max(1, good + bad)),
            },
          ]}
        />
      )}
      <Failed of={incidents} />
      {incidents.value !== null && (
        <Counts
          buckets={incidents.value.data}
          words={{ title: w.quality.incidents, chart: w.quality.incidentChart, none: w.quality.noIncidents }}
          by={{ head: w.quality.category, key: (one) => one.category }}
          kinds={[
            {
              label: w.quality.input,
              tone: "warm",
              size: (one) => (one.direction === "input" ? one.incidents : 0),
            },
            {
              label: w.quality.output,
              tone: "bad",
              size: (one) => (one.direction === "output" ? one.incidents : 0),
            },
          ]}
        />
      )}
    </>
  );
}

/** What there was of a kind under one key. */
type Row = [string, number[]];

interface Kind<T> {
  label: string;
  tone: Tone;
  size: (one: T) => number;
}

interface Props<T> {
  buckets: readonly ReportBucket<T>[];
  words: { title: string; chart: string; none: string };
  /** What the table tells apart. */
  by: { head: string; key: (one: T) => string };
  kinds: readonly Kind<T>[];
  more?: readonly Column<Row>[];
}

/** Sums as tiles, by day as bars, by key as a table. */
function Counts<T>({ buckets, words, by, kinds, more = [] }: Props<T>) {
  const series = kinds.map(({ label, tone, size }) => ({
    label,
    tone,
    values: buckets.map((bucket) => bucket.results.reduce((sum, one) => sum + size(one), 0)),
  }));
  const rows = tally(buckets, by.key, (one) => kinds.map((kind) => kind.size(one)));
  return (
    <section>
      <h2>{words.title}</h2>
      <dl className="tiles">
        {series.map(({ label, values }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{names.number(values.reduce((sum, one) => sum + one, 0))}</dd>
          </div>
        ))}
      </dl>
      {rows.length === 0 ? (
        <p className="console-empty">{words.none}</p>
      ) : (
        <>
          <Bars
            label={words.chart}
            times={buckets.map((bucket) => names.day(bucket.starting_at))}
            series={series}
            write={names.short}
          />
          <Records<Row>
            label={words.title}
            rows={rows}
            keyOf={([key]) => key}
            columns={[
              { head: by.head, as: "name", cell: ([key]) => key },
              ...kinds.map(({ label }, index): Column<Row> => ({
                head: label,
                as: "number",
                cell: ([, sizes]) => names.number(sizes[index] ?? 0),
              })),
              ...more,
            ]}
          />
        </>
      )}
    </section>
  );
}
