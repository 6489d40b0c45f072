/** Presets and projects of this member, fetched when first asked for; and what the next conversation begins with. */
import { api } from "../api/client";
import type { Lengths, Preset, Project } from "../api/types";
import { uuidv7 } from "../lib/uuid";
import { t } from "../strings";
import { plainWords } from "./errors";
import { toast } from "./notices";
import { noteFailure, session } from "./session";
import { createStore } from "./store";

export const presets = createStore<readonly Preset[]>([]);
export const projects = createStore<readonly Project[]>([]);

/** The server's bounds; its defaults until it has told them. */
export const lengths = createStore<Lengths>({ instructions_length: 4_000, memory_length: 500 });

/** What was chosen for the next conversation. */
export const beginning = createStore<{ presetId: string | null; projectId: string | null }>({
  presetId: null,
  projectId: null,
});

export function instructionsToBegin(): string {
  const { presetId } = beginning.get();
  return presets.get().find((one) => one.id === presetId)?.text ?? "";
}

export async function loadPersonal(): Promise<void> {
  try {
    const [some, others, { limits }] = await Promise.all([api.presets(), api.projects(), api.instructions()]);
    lengths.set(limits);
    presets.set(some.presets);
    projects.set(others.projects);
  } catch (cause) {
    noteFailure(cause);
  }
}

session.subscribe(() => {
  if (session.get().status === "in") return;
  presets.set([]);
  projects.set([]);
  beginning.set({ presetId: null, projectId: null });
});

/** Says what went wrong; @returns whether it went well. */
export async function tried(work: Promise<unknown>, done: string | null = null): Promise<boolean> {
  try {
    await work;
    if (done !== null) toast(done);
    return true;
  } catch (cause) {
    toast(plainWords(noteFailure(cause)), "error");
    return false;
  }
}

export async function savePreset(preset: Preset): Promise<boolean> {
  return tried(
    api.putPreset(preset).then((saved) => presets.update((now) => replaced(now, saved))),
    t.settings.saved,
  );
}

export async function removePreset(id: string): Promise<boolean> {
  return tried(api.removePreset(id).then(() => presets.update((now) => now.filter((one) => one.id !== id))));
}

export async function saveProject(project: Project): Promise<boolean> {
  return tried(api.putProject(project).then((saved) => projects.update((now) => replaced(now, saved))));
}

export async function removeProject(id: string): Promise<boolean> {
  return tried(api.removeProject(id).then(() => projects.update((now) => now.filter((one) => one.id !== id))));
}

export const remember = (text: string): Promise<boolean> =>
  tried(api.putMemory({ id: uuidv7(), text: text.trim() }), t.personal.remembered);

function replaced<T extends { id: string }>(all: readonly T[], one: T): T[] {
  return all.some((other) => other.id === one.id)
    ? all.map((other) => (other.id === one.id ? one : other))
    : [...all, one];
}
