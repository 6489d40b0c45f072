/** The temporary conversation: in this page's memory and nowhere else. Gone when it is left. */
import { asApiError } from "../api/http";
import { askTemporarily, type Said } from "../api/temporary";
import type { Step } from "../api/types";
import { uuidv7 } from "../lib/uuid";
import { t } from "../strings";
import { plainWords } from "./errors";
import { LiveAnswer } from "./live";
import { pickedModel } from "./models";
import { announce } from "./notices";
import { go, openId, steps } from "./route";
import { noteFailure, session } from "./session";
import { createStore } from "./store";

export interface TemporaryMessage extends Said {
  id: string;
  steps: readonly Step[];
  live: LiveAnswer | null;
  /** Why an answer is not what was asked for; "" if it is. */
  problem: string;
}

/** Null while there is none. */
export const temporary = createStore<readonly TemporaryMessage[] | null>(null);

let running: AbortController | null = null;

export function startTemporary(): void {
  go(null);
  temporary.set([]);
}

export function endTemporary(): void {
  stopTemporary();
  temporary.set(null);
}

export function stopTemporary(): void {
  running?.abort();
  running = null;
}

steps.subscribe(endTemporary);
openId.subscribe(() => {
  if (openId.get() !== null) endTemporary();
});
session.subscribe(() => {
  if (session.get().status !== "in") endTemporary();
});

const change = (id: string, part: Partial<TemporaryMessage>) =>
  temporary.update((now) => now?.map((one) => (one.id === id ? { ...one, ...part } : one)) ?? null);

export async function sayTemporarily(text: string): Promise<void> {
  const before = temporary.get() ?? [];
  const question: TemporaryMessage = { id: uuidv7(), role: "user", text, steps: [], live: null, problem: "" };
  const live = new LiveAnswer({ text: "", steps: [] });
  const answer: TemporaryMessage = { ...question, id: uuidv7(), role: "assistant", text: "", live };
  temporary.set([...before, question, answer]);
  const mine = new AbortController();
  running = mine;
  let said = "";
  const done: Step[] = [];
  announce(t.announce.started);
  let problem = "";
  try {
    const end = await askTemporarily(asked([...before, question]), pickedModel.get(), mine.signal, {
      onText(more) {
        said += more;
        live.append(more);
      },
      onSteps(more) {
        for (const step of more) {
          const known = done[step.index];
          if (known === undefined) done.push(step);
          else done[step.index] = { ...known, text: known.text + step.text };
        }
        live.doing(more);
      },
    });
    if (end.state === "refused") problem = t.message.refused;
    else if (end.state === "failed") problem = `${t.temporary.failed} ${end.error?.message ?? ""}`;
    announce(t.announce[end.state]);
  } catch (cause) {
    if (mine.signal.aborted) problem = t.message.stopped;
    else problem = `${t.temporary.failed} ${plainWords(noteFailure(asApiError(cause)))}`;
    announce(mine.signal.aborted ? t.announce.stopped : t.announce.failed);
  }
  if (running === mine) running = null;
  change(answer.id, { text: said, steps: done, live: null, problem });
}

/** Questions and answers in turn: a question that has no answer goes with the next. */
function asked(messages: readonly TemporaryMessage[]): Said[] {
  const turns: Said[] = [];
  for (const { role, text } of messages) {
    const last = turns.at(-1);
    if (text.trim() === "") continue;
    if (last?.role === role) last.text += `\n\n${text}`;
    else turns.push({ role, text });
  }
  return turns;
}
