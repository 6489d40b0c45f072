/** Questions that were asked together: each with its answer and its own stop, side by side or one below the other. */
import type { ReactNode } from "react";
import { layout, setLayout } from "../state/prefs";
import { useStore } from "../state/store";
import { messagesOf, type Pair } from "../state/groups";
import { unsplit } from "../state/app";
import { t } from "../strings";
import { ColumnsIcon, RowsIcon, UndoIcon } from "./icons";

interface Props {
  pairs: readonly Pair[];
  /** Whether the last message of the thread is here, so that a split can be taken back. */
  last: boolean;
  children: (pair: Pair) => ReactNode;
}

export function Together({ pairs, last, children }: Props) {
  const now = useStore(layout, (value) => value);
  const first = pairs[0]?.question.message;
  const canUndo = last && first !== undefined && pairs.every((pair) => pair.question.siblings.length === 1);
  return (
    <section className={`together ${now}`} aria-label={t.together.label(pairs.length)}>
      <header className="together-head">
        <span>{t.together.label(pairs.length)}</span>
        {canUndo && (
          <button type="button" className="quiet small" onClick={() => void unsplit(first, messagesOf(pairs))}>
            <UndoIcon />
            {t.together.undo}
          </button>
        )}
        <div className="segmented" role="group">
          <button
            type="button"
            aria-pressed={now === "columns"}
            aria-label={t.together.columns}
            title={t.together.columns}
            onClick={() => setLayout("columns")}
          >
            <ColumnsIcon />
          </button>
          <button
            type="button"
            aria-pressed={now === "rows"}
            aria-label={t.together.rows}
            title={t.together.rows}
            onClick={() => setLayout("rows")}
          >
            <RowsIcon />
          </button>
        </div>
      </header>
      <ul className="together-grid" data-count={Math.min(pairs.length, 3)}>
        {pairs.map((pair) => (
          <li key={pair.question.message.id} className="together-card">
            {children(pair)}
          </li>
        ))}
      </ul>
    </section>
  );
}
