/** Workspaces: made, given another name, archived for good. */
import { useState } from "react";
import { moment } from "../lib/format";
import { admin, type Workspace } from "./api";
import { act, ConfirmDialog, Failed, FormDialog, useLoaded } from "./parts";
import { w } from "./words";

export function WorkspacesPage() {
  const workspaces = useLoaded(admin.workspaces);
  const [naming, setNaming] = useState<Workspace | "new" | null>(null);
  const [archiving, setArchiving] = useState<Workspace | null>(null);
  const name = async (text: string) => {
    const work =
      naming === "new" || naming === null ? admin.createWorkspace(text) : admin.renameWorkspace(naming.id, text);
    if (await act(work)) {
      setNaming(null);
      workspaces.reload();
    }
  };
  const archive = async (one: Workspace) => {
    setArchiving(null);
    if (await act(admin.archiveWorkspace(one.id))) workspaces.reload();
  };
  return (
    <>
      <div className="console-lead">
        <p>{w.workspaces.lead}</p>
        <button type="button" className="primary" onClick={() => setNaming("new")}>
          {w.workspaces.create}
        </button>
      </div>
      <Failed of={workspaces} />
      <div className="console-table" role="region" aria-label={w.pages.workspaces} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.workspaces.name}</th>
              <th scope="col">{w.workspaces.made}</th>
              <th scope="col">{w.workspaces.actions}</th>
            </tr>
          </thead>
          <tbody>
            {workspaces.value?.data.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <strong>{one.name}</strong>
                </th>
                <td>{moment(one.created_at)}</td>
                <td className="console-actions">
                  <button type="button" className="quiet" onClick={() => setNaming(one)}>
                    {w.workspaces.rename}
                  </button>
                  <button type="button" className="quiet" onClick={() => setArchiving(one)}>
                    {w.workspaces.archive}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {naming !== null && (
        <NameDialog
          title={naming === "new" ? w.workspaces.create : w.workspaces.rename}
          before={naming === "new" ? "" : naming.name}
          onClose={() => setNaming(null)}
          onName={(text) => void name(text)}
        />
      )}
      {archiving !== null && (
        <ConfirmDialog
          title={w.workspaces.archiveTitle(archiving.name)}
          body={w.workspaces.archiveBody}
          confirm={w.workspaces.archive}
          onConfirm={() => void archive(archiving)}
          onClose={() => setArchiving(null)}
        />
      )}
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
