/**
 * Files on their way into a question: each is sent to the server as soon as it is chosen, which reads it and says what it
 * found. What is there already survives a reload with the draft; what is still on its way does not.
 */
import { api } from "../api/client";
import type { Attachment } from "../api/types";
import { uuidv7 } from "../lib/uuid";
import { t } from "../strings";
import { plainWords } from "./errors";
import { noteFailure } from "./session";
import { drop, keep, kept } from "./storage";

/** As the server has it (ConversationLimits.ATTACHMENTS_MAX, DocumentLimits.BYTES_MAX). */
export const FILES_MAX = 10;
const BYTES_MAX = 20_000_000;

export interface DraftFile {
  id: string;
  name: string;
  size: number;
  state: "reading" | "ready" | "failed";
  reason: string;
  /** Once it is there. */
  attachment: Attachment | null;
  /** What to send again; null after a reload. */
  content: Blob | null;
}

const nameOf = (conversationId: string | null) => `draftFiles.${conversationId ?? "new"}`;

export function draftFilesOf(conversationId: string | null): DraftFile[] {
  try {
    const found = JSON.parse(kept(nameOf(conversationId)) ?? "[]") as Attachment[];
    return found.map(ready);
  } catch {
    return [];
  }
}

export function keepDraftFiles(conversationId: string | null, files: readonly DraftFile[]): void {
  const there = files.flatMap((file) => (file.attachment === null ? [] : [file.attachment]));
  if (there.length === 0) drop(nameOf(conversationId));
  else keep(nameOf(conversationId), JSON.stringify(there));
}

export function ready(attachment: Attachment): DraftFile {
  const { id, name, size } = attachment;
  return { id, name, size, state: "ready", reason: "", attachment, content: null };
}

export function chosen(file: File): DraftFile {
  const tooLarge = file.size > BYTES_MAX;
  return {
    id: uuidv7(),
    name: file.name,
    size: file.size,
    state: tooLarge ? "failed" : "reading",
    reason: tooLarge ? t.files.tooLarge : "",
    attachment: null,
    content: tooLarge ? null : file,
  };
}

/** Sends a file; never throws. */
export async function upload(file: DraftFile): Promise<DraftFile> {
  if (file.content === null) return file;
  try {
    return ready(await api.attach(file.id, file.name, file.content));
  } catch (cause) {
    const error = noteFailure(cause);
    const reason = error.kind === "rate_limited" || error.status === 415 ? error.message : plainWords(error);
    // What can't be read now can't be read later.
    return { ...file, state: "failed", reason, content: error.passing ? file.content : null };
  }
}

/** Forgets one that no question has; a failure is the server's to tidy up. */
export function discardFile(file: DraftFile): void {
  if (file.state === "ready") api.detach(file.id).catch(() => undefined);
}
