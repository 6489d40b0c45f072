/** Where the model's view of the thread begins: what came before it sees in these words. Nothing is deleted. */
import type { Summary } from "../api/types";
import { t } from "../strings";

export function SummaryNode({ summary }: { summary: Summary }) {
  return (
    <details className="summary-node">
      <summary>{t.thread.summary}</summary>
      <p dir="auto">{summary.text}</p>
      <p className="faint">{t.thread.summaryHint}</p>
    </details>
  );
}
