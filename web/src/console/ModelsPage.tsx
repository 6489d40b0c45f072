/** The server's catalogue: names that lead to versions and what is rolled out, models, servers elsewhere. */
import { useState, type ReactNode } from "react";
import { moment } from "../lib/format";
import { AliasDialog } from "./AliasDialog";
import { admin, type Alias, type CatalogueModel, type Upstream } from "./api";
import { ModelDialog } from "./ModelDialog";
import { names } from "./names";
import { act, ConfirmDialog, Failed, useLoaded } from "./parts";
import { UpstreamDialog } from "./UpstreamDialog";
import { w } from "./words";

type Open =
  | { of: "alias"; one: Alias | null }
  | { of: "model"; one: CatalogueModel | null }
  | { of: "upstream"; one: Upstream | null };

interface Removal {
  name: string;
  run: () => Promise<unknown>;
}

export function ModelsPage() {
  const aliases = useLoaded(admin.aliases);
  const models = useLoaded(admin.models);
  const upstreams = useLoaded(admin.upstreams);
  const callable = useLoaded(admin.callable);
  const [open, setOpen] = useState<Open | null>(null);
  const [removing, setRemoving] = useState<Removal | null>(null);

  const reload = () => {
    setOpen(null);
    for (const one of [aliases, models, upstreams, callable]) one.reload();
  };
  const remove = async (what: Removal) => {
    setRemoving(null);
    if (await act(what.run())) reload();
  };
  const put = async (alias: Alias) => {
    if (await act(admin.setAlias(alias))) reload();
  };
  const versions = (callable.value?.data ?? []).map((one) => one.id);

  return (
    <>
      <div className="console-lead">
        <p>{w.models.lead}</p>
      </div>
      {[aliases, models, upstreams].map((one, index) => (
        <Failed key={index} of={one} />
      ))}
      <Part
        title={w.models.aliases}
        hint={w.models.aliasesHint}
        add={w.models.newAlias}
        onAdd={() => setOpen({ of: "alias", one: null })}
        empty={aliases.value?.data.length === 0 ? w.models.noAliases : null}
        heads={[w.models.name, w.models.version, w.models.rollout, w.models.actions]}
      >
        {aliases.value?.data.map((alias) => (
          <tr key={alias.name}>
            <th scope="row">
              <strong>{alias.name}</strong>
            </th>
            <td>{alias.version}</td>
            <td>
              <Rollout alias={alias} />
            </td>
            <td className="console-actions">
              <Act label={w.models.change} of={alias.name} onClick={() => setOpen({ of: "alias", one: alias })} />
              {alias.canary !== null && (
                <>
                  <Act
                    label={w.models.finish}
                    of={alias.name}
                    onClick={() => void put({ ...alias, version: alias.canary?.version ?? "", canary: null })}
                  />
                  <Act label={w.models.takeBack} of={alias.name} onClick={() => void put({ ...alias, canary: null })} />
                </>
              )}
              <Act
                label={w.models.remove}
                of={alias.name}
                onClick={() => setRemoving({ name: alias.name, run: () => admin.removeAlias(alias.name) })}
              />
            </td>
          </tr>
        ))}
      </Part>
      <Part
        title={w.models.models}
        hint={w.models.modelsHint}
        add={w.models.newModel}
        onAdd={() => setOpen({ of: "model", one: null })}
        empty={models.value?.data.length === 0 ? w.models.noModels : null}
        heads={[w.models.name, w.models.runsOn, w.models.prices, w.models.state, w.models.actions]}
      >
        {models.value?.data.map((model) => (
          <tr key={model.id}>
            <th scope="row">
              <strong>{model.id}</strong>
              {model.display_name !== model.id && <small>{model.display_name}</small>}
            </th>
            <td>
              {model.deployments.length === 0 && w.models.here}
              {model.deployments.map((one) => (
                <span key={`${one.upstream ?? ""} ${one.model}`} className="line">
                  {one.upstream ?? w.models.here} · {one.model}
                  {model.deployments.length > 1 && ` · ${w.models.weight(one.weight)}`}
                </span>
              ))}
              {model.fallbacks.length > 0 && <small>{w.models.then(model.fallbacks.join(", "))}</small>}
            </td>
            <td>
              {model.prices === null
                ? w.models.serverPrices
                : w.models.price(names.money(model.prices.input), names.money(model.prices.output))}
            </td>
            <td>
              <span className={`state ${model.lifecycle}`}>{w.models.lifecycles[model.lifecycle]}</span>
              {model.retires_at !== null && <small>{w.models.retires(moment(model.retires_at))}</small>}
            </td>
            <td className="console-actions">
              <Act label={w.models.change} of={model.id} onClick={() => setOpen({ of: "model", one: model })} />
              <Act
                label={w.models.remove}
                of={model.id}
                onClick={() => setRemoving({ name: model.id, run: () => admin.removeModel(model.id) })}
              />
            </td>
          </tr>
        ))}
      </Part>
      <Part
        title={w.models.upstreams}
        hint={w.models.upstreamsHint}
        add={w.models.newUpstream}
        onAdd={() => setOpen({ of: "upstream", one: null })}
        empty={upstreams.value?.data.length === 0 ? w.models.noUpstreams : null}
        heads={[w.models.name, w.models.address, w.models.protocol, w.models.actions]}
      >
        {upstreams.value?.data.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              <strong>{one.name}</strong>
            </th>
            <td className="detail">{one.url}</td>
            <td>
              {one.protocol === "openai" ? "OpenAI" : "Anthropic"}
              <small>{one.has_key ? w.models.withKey : w.models.withoutKey}</small>
            </td>
            <td className="console-actions">
              <Act label={w.models.change} of={one.name} onClick={() => setOpen({ of: "upstream", one })} />
              <Act
                label={w.models.remove}
                of={one.name}
                onClick={() => setRemoving({ name: one.name, run: () => admin.removeUpstream(one.name) })}
              />
            </td>
          </tr>
        ))}
      </Part>
      {open?.of === "alias" && (
        <AliasDialog alias={open.one} versions={versions} onClose={() => setOpen(null)} onSet={reload} />
      )}
      {open?.of === "model" && (
        <ModelDialog
          model={open.one}
          upstreams={upstreams.value?.data ?? []}
          onClose={() => setOpen(null)}
          onSet={reload}
        />
      )}
      {open?.of === "upstream" && <UpstreamDialog upstream={open.one} onClose={() => setOpen(null)} onSet={reload} />}
      {removing !== null && (
        <ConfirmDialog
          title={w.models.removeTitle(removing.name)}
          body={w.models.removeBody}
          confirm={w.models.remove}
          onConfirm={() => void remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function Rollout({ alias: { canary } }: { alias: Alias }) {
  if (canary === null) return <>{w.models.noRollout}</>;
  return (
    <>
      {w.models.canary(canary.version, names.share(canary.percent / 100))}
      <small>
        {!canary.rolled_back
          ? w.models.sticky[canary.sticky]
          : w.models.rolledBack(moment(canary.rolled_back.at), canary.rolled_back.reason)}
      </small>
    </>
  );
}

interface ActProps {
  label: string;
  of: string;
  onClick: () => void;
}

/** Says to screen readers of what it is. */
function Act({ label, of, onClick }: ActProps) {
  return (
    <button type="button" className="quiet" aria-label={`${label}: ${of}`} onClick={onClick}>
      {label}
    </button>
  );
}

interface PartProps {
  title: string;
  hint: string;
  add: string;
  onAdd: () => void;
  /** Why there is nothing; null where there is something. */
  empty: string | null;
  heads: readonly string[];
  children: ReactNode;
}

function Part({ title, hint, add, onAdd, empty, heads, children }: PartProps) {
  return (
    <section className="catalogue">
      <div className="console-lead">
        <div>
          <h2>{title}</h2>
          <p>{hint}</p>
        </div>
        <button type="button" className="secondary" onClick={onAdd}>
          {add}
        </button>
      </div>
      {empty !== null ? (
        <p className="console-empty">{empty}</p>
      ) : (
        <div className="console-table" role="region" aria-label={title} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
