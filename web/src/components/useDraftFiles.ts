/** The files of one message box: chosen, dropped or pasted, read one after the other's start, kept with the draft. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Attachment } from "../api/types";
import {
  chosen,
  discardFile,
  draftFilesOf,
  FILES_MAX,
  keepDraftFiles,
  ready,
  upload,
  type DraftFile,
} from "../state/attachments";
import { toast } from "../state/notices";
import { t } from "../strings";

export interface DraftFilesHandle {
  files: readonly DraftFile[];
  add: (files: Iterable<File>) => void;
  /** Files that are on the server already, from a question that is edited. */
  put: (attachments: readonly Attachment[]) => void;
  remove: (file: DraftFile) => void;
  retry: (file: DraftFile) => void;
  /** Empties the box: its files are a question's now. */
  clear: () => void;
}

export function useDraftFiles(conversationId: string | null): DraftFilesHandle {
  const [files, setFiles] = useState<readonly DraftFile[]>(() => draftFilesOf(conversationId));
  const here = useRef(files);
  const change = useCallback(
    (next: readonly DraftFile[]) => {
      here.current = next;
      setFiles(next);
      keepDraftFiles(conversationId, next);
    },
    [conversationId],
  );
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const send = useCallback(
    async (file: DraftFile) => {
      const done = await upload(file);
      if (!mounted.current || !here.current.some((one) => one.id === file.id)) discardFile(done);
      else change(here.current.map((one) => (one.id === file.id ? done : one)));
    },
    [change],
  );
  const add = useCallback(
    (more: Iterable<File>) => {
      const fresh = [...more].map(chosen);
      const room = FILES_MAX - here.current.length;
      if (fresh.length > room) toast(t.files.tooMany(FILES_MAX), "error");
      const taken = fresh.slice(0, Math.max(0, room));
      change([...here.current, ...taken]);
      for (const file of taken) if (file.state === "reading") void send(file);
    },
    [change, send],
  );
  return {
    files,
    add,
    put: (attachments) => {
      const known = new Set(here.current.map((one) => one.id));
      const more = attachments.filter((one) => !known.has(one.id)).map(ready);
      change([...here.current, ...more].slice(0, FILES_MAX));
    },
    remove: (file) => {
      change(here.current.filter((one) => one.id !== file.id));
      discardFile(file);
    },
    retry: (file) => {
      change(here.current.map((one) => (one.id === file.id ? { ...one, state: "reading", reason: "" } : one)));
      void send(file);
    },
    clear: () => change([]),
  };
}
