/** A project: its name, what it tells the model, its files and its conversations. */
import { useRef, useState, type SubmitEvent } from "react";
import { api } from "../api/client";
import type { Attachment, Project } from "../api/types";
import { uuidv7 } from "../lib/uuid";
import { conversations } from "../state/conversations";
import { plainWords } from "../state/errors";
import { toast } from "../state/notices";
import { beginning, lengths, projects, removeProject, saveProject } from "../state/personal";
import { go } from "../state/route";
import { noteFailure } from "../state/session";
import { useStore } from "../state/store";
import { t } from "../strings";
import { Dialog } from "./Dialog";
import { CloseIcon, FileIcon, PlusIcon } from "./icons";

/** The server's limit. */
const NAME_LENGTH_MAX = 200;

interface Props {
  /** Null makes a new one. */
  project: Project | null;
  onClose: () => void;
}

export default function ProjectDialog({ project, onClose }: Props) {
  const [id] = useState(() => project?.id ?? uuidv7());
  const [name, setName] = useState(project?.name ?? "");
  const [instructions, setInstructions] = useState(project?.instructions ?? "");
  const [files, setFiles] = useState<readonly Attachment[]>(project?.attachments ?? []);
  const [reading, setReading] = useState(0);
  const longest = useStore(lengths, (now) => now.instructions_length);
  const picker = useRef<HTMLInputElement>(null);
  const known = useStore(projects, (all) => all.some((one) => one.id === id));
  const inside = useStore(conversations, (now) => now.items).filter((one) => one.project_id === id);

  const add = async (chosen: FileList | null) => {
    for (const file of chosen ?? []) {
      setReading((n) => n + 1);
      try {
        const attachment = await api.attach(uuidv7(), file.name, file);
        setFiles((now) => [...now, attachment]);
      } catch (cause) {
        const error = noteFailure(cause);
        toast(error.status === 415 ? error.message : plainWords(error), "error");
      } finally {
        setReading((n) => n - 1);
      }
    }
  };
  const save = async () =>
    saveProject({ id, name: name.trim(), instructions: instructions.trim(), attachments: [...files] });
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await save()) onClose();
  };
  const start = async () => {
    if (!(await save())) return;
    beginning.update((now) => ({ ...now, projectId: id }));
    onClose();
    go(null);
  };
  const sendable = name.trim() !== "" && reading === 0;

  return (
    <Dialog
      title={project === null ? t.projects.create : t.projects.edit(project.name)}
      onClose={onClose}
      actions={
        <>
          {known && (
            <button
              type="button"
              className="quiet"
              title={t.projects.removeHint}
              onClick={() => void removeProject(id).then((well) => well && onClose())}
            >
              {t.projects.remove}
            </button>
          )}
          <button type="button" className="secondary" disabled={!sendable} onClick={() => void start()}>
            {t.projects.start}
          </button>
          <button type="submit" form="project-form" className="primary" disabled={!sendable}>
            {t.projects.save}
          </button>
        </>
      }
    >
      <form id="project-form" className="project" onSubmit={(event) => void onSubmit(event)}>
        <label className="text-field">
          <span>{t.projects.name}</span>
          <input
            dir="auto"
            value={name}
            maxLength={NAME_LENGTH_MAX}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="text-field">
          <span>{t.projects.instructions}</span>
          <textarea
            dir="auto"
            rows={4}
            value={instructions}
            maxLength={longest}
            onChange={(event) => setInstructions(event.target.value)}
          />
        </label>
        <div className="text-field">
          <span id="project-files">{t.projects.files}</span>
          <ul className="project-files" aria-labelledby="project-files">
            {files.map((file) => (
              <li key={file.id}>
                <FileIcon />
                <span>{file.name}</span>
                <button
                  type="button"
                  className="icon-button small"
                  aria-label={t.files.remove(file.name)}
                  onClick={() => setFiles(files.filter((one) => one.id !== file.id))}
                >
                  <CloseIcon />
                </button>
              </li>
            ))}
          </ul>
          <button type="button" className="quiet small" onClick={() => picker.current?.click()}>
            <PlusIcon />
            <span>{reading > 0 ? t.projects.reading : t.projects.addFiles}</span>
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={t.projects.addFiles}
            onChange={(event) => {
              void add(event.target.files);
            }}
          />
        </div>
      </form>
      {known && (
        <section className="project-conversations" aria-label={t.projects.conversations}>
          <h3>{t.projects.conversations}</h3>
          {inside.length === 0 && <p className="settings-note">{t.projects.empty}</p>}
          <ul>
            {inside.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="link"
                  onClick={() => {
                    onClose();
                    go(one.id);
                  }}
                >
                  {one.title === "" ? t.nav.untitled : one.title}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
