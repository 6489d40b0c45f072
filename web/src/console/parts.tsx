/** What the console's pages share: loading, a value to copy, a question before something that can't be undone. */
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from "react";
import { asApiError } from "../api/http";
import { Dialog } from "../components/Dialog";
import { copyText } from "../lib/clipboard";
import { plainWords } from "../state/errors";
import { toast } from "../state/notices";
import { noteFailure } from "../state/session";
import { w } from "./words";

export interface Loaded<T> {
  value: T | null;
  failed: string | null;
  /** Loads anew; an answer that is still on its way counts for nothing. */
  reload: () => void;
  /** Loads anew, unless an answer is on its way. */
  look: () => void;
}

/**
 * @param load must be the same function from one rendering to the next; another one begins with nothing, as what the
 *     last one found answers another question
 */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [found, setFound] = useState<{ load: typeof load; value: T | null; failed: string | null } | null>(null);
  const [turn, setTurn] = useState(0);
  const waiting = useRef(false);
  useEffect(() => {
    let current = true;
    waiting.current = true;
    const end = (change: (before: T | null) => { value: T | null; failed: string | null }) => {
      if (!current) return;
      waiting.current = false;
      setFound((now) => ({ load, ...change(now?.load === load ? now.value : null) }));
    };
    load().then(
      (value) => end(() => ({ value, failed: null })),
      (cause: unknown) => end((value) => ({ value, failed: plainWords(noteFailure(cause)) })),
    );
    return () => {
      current = false;
    };
  }, [load, turn]);
  const reload = useCallback(() => setTurn((now) => now + 1), []);
  const look = useCallback(() => {
    if (!waiting.current) reload();
  }, [reload]);
  const { value, failed } = found?.load === load ? found : { value: null, failed: null };
  return { value, failed, reload, look };
}

/** Does something again and again while the page can be seen. @param work as {@link useLoaded}'s */
export function useEvery(work: () => void, everyMs: number): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") work();
    }, everyMs);
    return () => clearInterval(timer);
  }, [work, everyMs]);
}

/** The begin of the day, in UTC, with which the last `days` begin. */
export function since(days: number): string {
  return `${new Date(Date.now() - (days - 1) * 864e5).toISOString().slice(0, 10)}T00:00:00Z`;
}

export function Failed({ of }: { of: Loaded<unknown> }) {
  if (of.failed === null) return null;
  return (
    <div className="console-failed" role="alert">
      <p>
        {w.failed} {of.failed}
      </p>
      <button type="button" className="secondary" onClick={of.reload}>
        {w.again}
      </button>
    </div>
  );
}

/** Runs an act and says how it went wrong, if it did. @returns whether it succeeded */
export async function act(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    const error = noteFailure(asApiError(cause));
    toast(plainWords(error), "error");
    return false;
  }
}

interface SecretProps {
  title: string;
  body: string;
  label: string;
  value: string;
  onClose: () => void;
}

/** A value that is shown once. */
export function SecretDialog({ title, body, label, value, onClose }: SecretProps) {
  const copy = async () => {
    if (await copyText(value)) toast(w.copied);
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.done}
          </button>
          <button type="button" className="primary" onClick={() => void copy()}>
            {w.copy}
          </button>
        </>
      }
    >
      <p>{body}</p>
      <input
        className="share-link"
        readOnly
        value={value}
        aria-label={label}
        onFocus={(event) => event.target.select()}
      />
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  body: string;
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}

export function ConfirmDialog({ title, body, confirm, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.cancel}
          </button>
          <button type="button" className="primary danger" onClick={onConfirm}>
            {confirm}
          </button>
        </>
      }
    >
      <p>{body}</p>
    </Dialog>
  );
}

interface FormProps {
  title: string;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A question with fields. Its button sends the form, so that the browser checks what is required. */
export function FormDialog({ title, onSave, onClose, children }: FormProps) {
  const id = useId();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.cancel}
          </button>
          <button type="submit" form={id} className="primary">
            {w.save}
          </button>
        </>
      }
    >
      <form
        id={id}
        className="console-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSave();
        }}
      >
        {children}
      </form>
    </Dialog>
  );
}

/** What an answer holds, less what a request doesn't take. */
export function without<T extends object>(one: T | null, ...keys: (keyof T)[]): Partial<T> {
  const left = new Set<PropertyKey>(keys);
  return Object.fromEntries(Object.entries(one ?? {}).filter(([key]) => !left.has(key))) as Partial<T>;
}
