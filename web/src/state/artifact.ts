/** The artifact that is open beside the thread. */
import type { Artifact } from "../lib/artifacts";
import { openId } from "./route";
import { createStore } from "./store";

export const openArtifact = createStore<Artifact | null>(null);

openId.subscribe(() => openArtifact.set(null));
