/** Workspaces: made, given another name, archived for good. */
import { useState } from "react";
import { moment } from "../lib/format";
import { admin, type Workspace } from "./api";
import { act, Failed, FormDialog, useLoaded } from "./parts";
import { Records, useQuestion } from "./Records";
import { w } from "./words";

export function WorkspacesPage() {
  const workspaces = useLoaded(admin.workspaces);
  const [naming, setNaming] = useState<Workspace | "new" | null>(null);
  const [ask, question] = useQuestion(workspaces.reload);
  const name = async (text: string) => {
    const work =
      naming === "new" || naming === null ? admin.createWorkspace(text) : admin.renameWorkspace(naming.id, text);
    if (await act(work)) {
      setNaming(null);
      workspaces.reload();
    }
  };
  const archive = (one: Workspace) =>
    ask({
      title: w.workspaces.archiveTitle(one.name),
      body: w.workspaces.archiveBody,
      confirm: w.workspaces.archive,
      run: () => admin.archiveWorkspace(one.id),
    });
  return (
    <>
      <div className="console-lead">
        <p>{w.workspaces.lead}</p>
        <button type="button" className="primary" onClick={() => setNaming("new")}>
          {w.workspaces.create}
        </button>
      </div>
      <Failed of={workspaces} />
      <Records
        label={w.pages.workspaces}
        rows={workspaces.value?.data ?? []}
        keyOf={(one) => one.id}
        nameOf={(one) => one.name}
        columns={[
          { head: w.workspaces.name, as: "name", cell: (one) => <strong>{one.name}</strong> },
          { head: w.workspaces.made, cell: (one) => moment(one.created_at) },
        ]}
        actions={(one) => [
          { label: w.workspaces.rename, run: () => setNaming(one) },
          { label: w.workspaces.archive, run: () => archive(one) },
        ]}
      />
      {naming !== null && (
        <NameDialog
          title={naming === "new" ? w.workspaces.create : w.workspaces.rename}
          before={naming === "new" ? "" : naming.name}
          onClose={() => setNaming(null)}
          onName={(text) => void name(text)}
        />
      )}
      {question}
    </>
  );
}

interface NameProps {
  title: string;
  before: string;
  onClose: () => void;
  onName: (text: string) => void;
}

function NameDialog({ title, before, onClose, onName }: NameProps) {
  const [text, setText] = useState(before);
  return (
    <FormDialog title={title} onClose={onClose} onSave={() => onName(text.trim())}>
      <label>
        {w.workspaces.name}
        <input required maxLength={500} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
    </FormDialog>
  );
}
