/** The models of this server. Asked again every two seconds while one is being fetched or loaded, otherwise rarely. */
import { api } from "../api/client";
import type { ApiError } from "../api/http";
import type { Model, ModelLoading } from "../api/types";
import { noteFailure } from "./session";
import { createStore } from "./store";

const BUSY_POLL_MS = 2_000;
const IDLE_POLL_MS = 120_000;

export interface Models {
  models: readonly Model[];
  loading: ModelLoading | null;
  known: boolean;
  error: ApiError | null;
}

export const models = createStore<Models>({ models: [], loading: null, known: false, error: null });

/** The model picked for the next message; null leaves it to the server. */
export const pickedModel = createStore<string | null>(null);

/** A second model that answers each question beside the first; null for none. */
export const comparedModel = createStore<string | null>(null);

export function activeModel(now: Models, picked: string | null, ofConversation: string | null): Model | null {
  const byId = (id: string | null) => now.models.find((model) => model.id === id);
  return byId(picked) ?? byId(ofConversation) ?? now.models.find((model) => model.default) ?? now.models[0] ?? null;
}

/** Polls until the returned function is called. */
export function watchModels(): () => void {
  let timer = 0;
  let stopped = false;
  const ask = async () => {
    try {
      const page = await api.models();
      models.set({ models: page.models, loading: page.loading, known: true, error: null });
    } catch (cause) {
      const error = noteFailure(cause);
      models.update((now) => ({ ...now, error }));
    }
    // Stopped while the question was under way.

    if (stopped) return;
    const now = models.get();
    const busy = now.error !== null || now.loading !== null || !now.models.some((model) => model.ready);
    timer = setTimeout(() => void ask(), busy ? BUSY_POLL_MS : IDLE_POLL_MS) as unknown as number;
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
