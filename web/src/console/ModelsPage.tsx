/** The server's catalogue: names that lead to versions and what is rolled out, models, servers elsewhere. */
import { useState, type ReactNode } from "react";
import { moment } from "../lib/format";
import { AliasDialog } from "./AliasDialog";
import { admin, type Alias, type CatalogueModel, type Upstream } from "./api";
import { ModelDialog } from "./ModelDialog";
import { names } from "./names";
import { act, Failed, useLoaded } from "./parts";
import { Records, useQuestion, type Column } from "./Records";
import { UpstreamDialog } from "./UpstreamDialog";
import { w } from "./words";

type Open =
  | { of: "alias"; one: Alias | null }
  | { of: "model"; one: CatalogueModel | null }
  | { of: "upstream"; one: Upstream | null };

export function ModelsPage() {
  const aliases = useLoaded(admin.aliases);
  const models = useLoaded(admin.models);
  const upstreams = useLoaded(admin.upstreams);
  const callable = useLoaded(admin.callable);
  const [open, setOpen] = useState<Open | null>(null);
  const reload = () => {
    setOpen(null);
    for (const one of [aliases, models, upstreams, callable]) one.reload();
  };
  const [ask, question] = useQuestion(reload);
  const remove = (name: string, run: () => Promise<unknown>) =>
    ask({ title: w.models.removeTitle(name), body: w.models.removeBody, confirm: w.models.remove, run });
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
      >
        <Records
          label={w.models.aliases}
          rows={aliases.value?.data ?? []}
          keyOf={(alias) => alias.name}
          nameOf={(alias) => alias.name}
          columns={[
            { head: w.models.name, as: "name", cell: (alias) => <strong>{alias.name}</strong> },
            { head: w.models.version, cell: (alias) => alias.version },
            { head: w.models.rollout, cell: (alias) => <Rollout alias={alias} /> },
          ]}
          actions={(alias) => [
            { label: w.models.change, run: () => setOpen({ of: "alias", one: alias }) },
            ...(alias.canary === null
              ? []
              : [
                  {
                    label: w.models.finish,
                    run: () => void put({ ...alias, version: alias.canary?.version ?? "", canary: null }),
                  },
                  { label: w.models.takeBack, run: () => void put({ ...alias, canary: null }) },
                ]),
            { label: w.models.remove, run: () => remove(alias.name, () => admin.removeAlias(alias.name)) },
          ]}
        />
      </Part>
      <Part
        title={w.models.models}
        hint={w.models.modelsHint}
        add={w.models.newModel}
        onAdd={() => setOpen({ of: "model", one: null })}
        empty={models.value?.data.length === 0 ? w.models.noModels : null}
      >
        <Records
          label={w.models.models}
          rows={models.value?.data ?? []}
          keyOf={(model) => model.id}
          nameOf={(model) => model.id}
          columns={MODEL_COLUMNS}
          actions={(model) => [
            { label: w.models.change, run: () => setOpen({ of: "model", one: model }) },
            { label: w.models.remove, run: () => remove(model.id, () => admin.removeModel(model.id)) },
          ]}
        />
      </Part>
      <Part
        title={w.models.upstreams}
        hint={w.models.upstreamsHint}
        add={w.models.newUpstream}
        onAdd={() => setOpen({ of: "upstream", one: null })}
        empty={upstreams.value?.data.length === 0 ? w.models.noUpstreams : null}
      >
        <Records
          label={w.models.upstreams}
          rows={upstreams.value?.data ?? []}
          keyOf={(one) => one.name}
          nameOf={(one) => one.name}
          columns={UPSTREAM_COLUMNS}
          actions={(one) => [
            { label: w.models.change, run: () => setOpen({ of: "upstream", one }) },
            { label: w.models.remove, run: () => remove(one.name, () => admin.removeUpstream(one.name)) },
          ]}
        />
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
      {question}
    </>
  );
}

const MODEL_COLUMNS: readonly Column<CatalogueModel>[] = [
  {
    head: w.models.name,
    as: "name",
    cell: (model) => (
      <>
        <strong>{model.id}</strong>
        {model.display_name !== model.id && <small>{model.display_name}</small>}
      </>
    ),
  },
  {
    head: w.models.runsOn,
    cell: (model) => (
      <>
        {model.deployments.length === 0 && w.models.here}
        {model.deployments.map((one) => (
          <span key={`${one.upstream ?? ""} ${one.model}`} className="line">
            {one.upstream ?? w.models.here} · {one.model}
            {model.deployments.length > 1 && ` · ${w.models.weight(one.weight)}`}
          </span>
        ))}
        {model.fallbacks.length > 0 && <small>{w.models.then(model.fallbacks.join(", "))}</small>}
      </>
    ),
  },
  {
    head: w.models.prices,
    cell: ({ prices }) =>
      prices === null ? w.models.serverPrices : w.models.price(names.money(prices.input), names.money(prices.output)),
  },
  {
    head: w.models.state,
    cell: (model) => (
      <>
        <span className={`state ${model.lifecycle}`}>{w.models.lifecycles[model.lifecycle]}</span>
        {model.retires_at !== null && <small>{w.models.retires(moment(model.retires_at))}</small>}
      </>
    ),
  },
];

const UPSTREAM_COLUMNS: readonly Column<Upstream>[] = [
  { head: w.models.name, as: "name", cell: (one) => <strong>{one.name}</strong> },
  { head: w.models.address, as: "detail", cell: (one) => one.url },
  {
    head: w.models.protocol,
    cell: (one) => (
      <>
        {one.protocol === "openai" ? "OpenAI" : "Anthropic"}
        <small>{one.has_key ? w.models.withKey : w.models.withoutKey}</small>
      </>
    ),
  },
];

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

interface PartProps {
  title: string;
  hint: string;
  add: string;
  onAdd: () => void;
  /** Why there is nothing; null where there is something. */
  empty: string | null;
  children: ReactNode;
}

function Part({ title, hint, add, onAdd, empty, children }: PartProps) {
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
      {empty !== null ? <p className="console-empty">{empty}</p> : children}
    </section>
  );
}
