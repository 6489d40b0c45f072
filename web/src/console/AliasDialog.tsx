/** A name, the version that it leads to, and perhaps another version for a share of those who ask. */
import { useState } from "react";
import { admin, type Alias } from "./api";
import { act, FormDialog } from "./parts";
import { w } from "./words";

interface Props {
  /** Null for a new one. */
  alias: Alias | null;
  /** What may be named. */
  versions: readonly string[];
  onClose: () => void;
  onSet: () => void;
}

export function AliasDialog({ alias, versions, onClose, onSet }: Props) {
  const [name, setName] = useState(alias?.name ?? "");
  const [version, setVersion] = useState(alias?.version ?? "");
  const [canary, setCanary] = useState(alias?.canary?.version ?? "");
  const [percent, setPercent] = useState(String(alias?.canary?.percent ?? 10));
  const [sticky, setSticky] = useState<"key" | "user">(alias?.canary?.sticky ?? "key");
  const save = () =>
    act(
      admin
        .setAlias({
          name: name.trim(),
          version: version.trim(),
          canary:
            canary.trim() === ""
              ? null
              : {
                  version: canary.trim(),
                  percent: Number(percent),
                  sticky,
                  ...(alias?.canary ? { rollback: alias.canary.rollback } : {}),
                },
        })
        .then(onSet),
    );
  return (
    <FormDialog
      title={alias === null ? w.models.newAlias : w.models.changeTitle(alias.name)}
      onClose={onClose}
      onSave={() => void save()}
    >
      {alias === null && (
        <label>
          {w.models.name}
          <input required value={name} placeholder="stoa-latest" onChange={(event) => setName(event.target.value)} />
        </label>
      )}
      <label>
        {w.models.version}
        <input required list="versions" value={version} onChange={(event) => setVersion(event.target.value)} />
      </label>
      <label>
        {w.models.canaryLabel}
        <input
          list="versions"
          value={canary}
          placeholder={w.models.noRollout}
          onChange={(event) => setCanary(event.target.value)}
        />
      </label>
      {canary.trim() !== "" && (
        <div className="pair">
          <label>
            {w.models.percent}
            <input
              type="number"
              min={0}
              max={100}
              required
              value={percent}
              onChange={(event) => setPercent(event.target.value)}
            />
          </label>
          <label>
            {w.models.stickyLabel}
            <select value={sticky} onChange={(event) => setSticky(event.target.value as "key" | "user")}>
              <option value="key">{w.models.sticky.key}</option>
              <option value="user">{w.models.sticky.user}</option>
            </select>
          </label>
        </div>
      )}
      <p className="hint">{w.models.rolloutHint}</p>
      <datalist id="versions">
        {versions.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </FormDialog>
  );
}
