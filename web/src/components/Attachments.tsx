/** Files of a question, as chips: one opens to show the text that the model was shown. */
import { useEffect, useState, type ReactNode } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/http";
import type { Attachment } from "../api/types";
import { bytes } from "../lib/format";
import type { DraftFile } from "../state/attachments";
import { plainWords } from "../state/errors";
import { t } from "../strings";
import { Dialog } from "./Dialog";
import { AgainIcon, AlertIcon, CloseIcon, FileIcon } from "./icons";

/** What a chip needs to know; copies that were shared have the text and no id. */
export type ShownFile = Omit<Attachment, "id" | "characters"> & { id?: string; text?: string };

export function AttachmentList({ files }: { files: readonly ShownFile[] }) {
  const [open, setOpen] = useState<ShownFile | null>(null);
  if (files.length === 0) return null;
  return (
    <>
      <ul className="files" aria-label={t.files.list}>
        {files.map((file, at) => (
          <li key={file.id ?? at}>
            <button type="button" className="file" title={t.files.open(file.name)} onClick={() => setOpen(file)}>
              <Face name={file.name} detail={detailOf(file)} icon={<FileIcon />} />
            </button>
          </li>
        ))}
      </ul>
      {open !== null && <FileDialog file={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Face({ name, detail, icon }: { name: string; detail: string; icon: ReactNode }) {
  return (
    <>
      <span className="file-mark">{icon}</span>
      <span className="file-words">
        <span className="file-name" dir="auto">
          {name}
        </span>
        <span className="file-detail">{detail}</span>
      </span>
    </>
  );
}

function detailOf(file: ShownFile): string {
  const parts = [kindOf(file.name), file.pages > 0 ? t.files.pages(file.pages) : bytes(Math.max(file.size, 1_000))];
  if (file.cut) parts.push(t.files.cut);
  return parts.join(" · ");
}

function kindOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot <= 6 ? name.slice(dot + 1).toUpperCase() : t.files.text;
}

function FileDialog({ file, onClose }: { file: ShownFile; onClose: () => void }) {
  const [text, setText] = useState<string | null>(file.text ?? null);
  const [problem, setProblem] = useState("");
  const { id } = file;
  useEffect(() => {
    if (id === undefined) return undefined;
    let current = true;
    api.attachment(id).then(
      (found) => current && setText(found.text),
      (cause: unknown) => current && setProblem(plainWords(asApiError(cause))),
    );
    return () => {
      current = false;
    };
  }, [id]);
  return (
    <Dialog
      title={file.name}
      onClose={onClose}
      actions={
        <button type="button" className="primary" onClick={onClose}>
          {t.files.close}
        </button>
      }
    >
      <p className="faint">
        {detailOf(file)} · {t.files.asSeen}
      </p>
      {problem === "" ? (
        <pre className="file-text" dir="auto" tabIndex={0} aria-label={file.name}>
          {text ?? t.files.loading}
        </pre>
      ) : (
        <p role="alert">{problem}</p>
      )}
    </Dialog>
  );
}

interface DraftProps {
  files: readonly DraftFile[];
  onRemove: (file: DraftFile) => void;
  onRetry: (file: DraftFile) => void;
}

/** Those of the box, with a way to take each away. */
export function DraftFiles({ files, onRemove, onRetry }: DraftProps) {
  if (files.length === 0) return null;
  return (
    <ul className="files draft" aria-label={t.files.list}>
      {files.map((file) => (
        <li key={file.id} className={`file ${file.state}`}>
          <Face
            name={file.attachment?.name ?? file.name}
            detail={
              file.state === "failed"
                ? file.reason
                : file.attachment === null
                  ? t.files.reading
                  : detailOf(file.attachment)
            }
            icon={file.state === "failed" ? <AlertIcon /> : <FileIcon />}
          />
          {file.state === "failed" && file.content !== null && (
            <button
              type="button"
              className="icon-button small"
              aria-label={t.files.retry(file.name)}
              title={t.files.retry(file.name)}
              onClick={() => onRetry(file)}
            >
              <AgainIcon />
            </button>
          )}
          <button
            type="button"
            className="icon-button small"
            aria-label={t.files.remove(file.name)}
            title={t.files.remove(file.name)}
            onClick={() => onRemove(file)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
