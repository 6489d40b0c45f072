/**
 * Questions that were asked together: each with its answer and its own stop, side by side or one below the other. Or one
 * question that several models were asked: the question once, and under it what each of them said.
 */
import type { ReactNode } from "react";
import type { Message } from "../api/types";
import { layout, setLayout } from "../state/prefs";
import { useStore } from "../state/store";
import { isComparison, messagesOf, type Pair } from "../state/groups";
import { findMessage, keepAnswer, threads } from "../state/threads";
import type { Step } from "../state/tree";
import { unsplit } from "../state/app";
import { t } from "../strings";
import { CheckIcon, ColumnsIcon, RowsIcon, UndoIcon } from "./icons";

interface Props {
  pairs: readonly Pair[];
  /** Whether the last message of the thread is here, so that a split can be taken back. */
  last: boolean;
  question: (pair: Pair) => ReactNode;
  /** @param own whether nothing stands behind it, so that its versions take its place in the thread */
  answer: (pair: Pair, own: boolean) => ReactNode;
  /** What stands for a model. */
  nameOf: (model: string | null) => string | null;
}

export function Together({ pairs, last, question, answer, nameOf }: Props) {
  const now = useStore(layout, (value) => value);
  const first = pairs[0]?.question.message;
  const compared = isComparison(pairs);
  const label = compared ? t.together.compared(pairs.length) : t.together.label(pairs.length);
  const canUndo =
    last && !compared && first !== undefined && pairs.every((pair) => pair.question.siblings.length === 1);
  return (
    <section className={`together ${now}${compared ? " compared" : ""}`} aria-label={label}>
      {compared && pairs[0] !== undefined && question(pairs[0])}
      <header className="together-head">
        <span>{label}</span>
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
        {pairs.map((pair, index) => {
          const own = last && index === pairs.length - 1;
          return (
            <li key={pair.question.message.id} className="together-card">
              {compared
                ? pair.answer !== null && <Head answer={pair.answer} own={own} nameOf={nameOf} />
                : question(pair)}
              {answer(pair, own)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The version of an answer that is shown in its place, the answer itself until that one is here. */
export function useFace({ message }: Step, own: boolean): Message {
  const chosen = own ? null : (message.chosen_id ?? null);
  return useStore(threads, () => (chosen === null ? undefined : findMessage(chosen)) ?? message);
}

interface HeadProps {
  answer: Step;
  own: boolean;
  nameOf: (model: string | null) => string | null;
}

/** Whose answer it is, and a way to go on with it alone. */
function Head({ answer, own, nameOf }: HeadProps) {
  const of = useFace(answer, own);
  const name = nameOf(of.model) ?? "";
  return (
    <header className="model-head">
      <h2>{name}</h2>
      {of.state !== "generating" && of.text !== "" && (
        <button
          type="button"
          className="quiet small"
          aria-label={t.together.keepOf(name)}
          onClick={() => void keepAnswer(of)}
        >
          <CheckIcon />
          {t.together.keep}
        </button>
      )}
    </header>
  );
}
