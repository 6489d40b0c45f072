/**
 * A table of things with what can be done to each; on a narrow screen a card for each thing. And the question before
 * something that can't be undone.
 */
import { useState, type ReactNode } from "react";
import { act, ConfirmDialog } from "./parts";
import { w } from "./words";

export interface Column<T> {
  head: string;
  cell: (one: T) => ReactNode;
  /** What its cells are: the thing's name, a number, a figure that changes in place, long text. */
  as?: "name" | "number" | "steady" | "detail";
}

export interface Action {
  label: string;
  run: () => void;
}

interface Props<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  keyOf: (one: T) => string;
  /** What can be done to one. */
  actions?: (one: T) => readonly Action[];
  /** What the buttons say to screen readers that they are about. */
  nameOf?: (one: T) => string;
  /** In the place of buttons, where something says why there are none. */
  instead?: (one: T) => ReactNode;
}

export function Records<T>({ label, rows, columns, keyOf, actions, nameOf, instead }: Props<T>) {
  // The roles are said because a narrow screen lays the rows out as cards, and browsers then forget that it is a table.
  return (
    <div className="console-table" role="region" aria-label={label} tabIndex={0}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.head} scope="col" role="columnheader" className={column.as}>
                {column.head}
              </th>
            ))}
            {actions !== undefined && (
              <th scope="col" role="columnheader">
                {w.actions}
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((one) => (
            <tr key={keyOf(one)} role="row">
              {columns.map((column) => (
                <Cell key={column.head} column={column} one={one} />
              ))}
              {actions !== undefined && (
                <td role="cell" className="console-actions">
                  {instead?.(one)}
                  {actions(one).map(({ label: does, run }) => (
                    <button
                      key={does}
                      type="button"
                      className="quiet"
                      aria-label={nameOf === undefined ? does : `${does}: ${nameOf(one)}`}
                      onClick={run}
                    >
                      {does}
                    </button>
                  ))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<T>({ column, one }: { column: Column<T>; one: T }) {
  return column.as === "name" ? (
    <th scope="row" role="rowheader">
      {column.cell(one)}
    </th>
  ) : (
    <td role="cell" className={column.as} data-head={column.head}>
      {column.cell(one)}
    </td>
  );
}

interface Question {
  title: string;
  body: string;
  confirm: string;
  run: () => Promise<unknown>;
}

/**
 * Asks before something that can't be undone, does it, and tells that it is done.
 *
 * @returns what asks, and the dialog to show
 */
export function useQuestion(done: () => void): [(question: Question) => void, ReactNode] {
  const [open, setOpen] = useState<Question | null>(null);
  const run = async (question: Question) => {
    setOpen(null);
    if (await act(question.run())) done();
  };
  return [
    setOpen,
    open !== null && (
      <ConfirmDialog
        title={open.title}
        body={open.body}
        confirm={open.confirm}
        onConfirm={() => void run(open)}
        onClose={() => setOpen(null)}
      />
    ),
  ];
}
