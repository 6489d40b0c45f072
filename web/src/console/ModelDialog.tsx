/** A model that operators write down: where it runs and what it costs. What it has beside that stays as it is. */
import { useState } from "react";
import { admin, type CatalogueModel, type Upstream } from "./api";
import { act, FormDialog, without } from "./parts";
import { w } from "./words";

/** What models that may propose memories have among their capabilities. */
const TOOLS = "tools";

interface Props {
  /** Null for a new one. */
  model: CatalogueModel | null;
  upstreams: readonly Upstream[];
  onClose: () => void;
  onSet: () => void;
}

export function ModelDialog({ model, upstreams, onClose, onSet }: Props) {
  const first = model?.deployments[0];
  const [id, setId] = useState(model?.id ?? "");
  const [title, setTitle] = useState(model?.display_name ?? "");
  const [upstream, setUpstream] = useState(first?.upstream ?? "");
  const [name, setName] = useState(first?.model ?? "");
  const [context, setContext] = useState(model?.context_length?.toString() ?? "");
  const [input, setInput] = useState(model?.prices?.input.toString() ?? "");
  const [output, setOutput] = useState(model?.prices?.output.toString() ?? "");
  const [tools, setTools] = useState(model?.capabilities.includes(TOOLS) ?? false);
  const [fallbacks, setFallbacks] = useState(model?.fallbacks.join(", ") ?? "");

  const save = () => {
    const prices =
      input === "" && output === "" ? null : { ...model?.prices, input: Number(input), output: Number(output) };
    return act(
      admin
        .setModel({
          ...without(model, "type", "lifecycle"),
          id: id.trim(),
          display_name: title.trim() === "" ? null : title.trim(),
          context_length: context === "" ? null : Number(context),
          capabilities: [...(model?.capabilities ?? []).filter((one) => one !== TOOLS), ...(tools ? [TOOLS] : [])],
          prices,
          deployments:
            name.trim() === ""
              ? []
              : [
                  { upstream: upstream === "" ? null : upstream, model: name.trim(), weight: first?.weight ?? 1 },
                  ...(model?.deployments.slice(1) ?? []),
                ],
          fallbacks: fallbacks
            .split(",")
            .map((one) => one.trim())
            .filter((one) => one !== ""),
        })
        .then(onSet),
    );
  };

  const number = (label: string, value: string, set: (value: string) => void, placeholder: string, step: string) => (
    <label>
      {label}
      <input
        type="number"
        min={0}
        step={step}
        value={value}
        placeholder={placeholder}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <FormDialog
      title={model === null ? w.models.newModel : w.models.changeTitle(model.id)}
      onClose={onClose}
      onSave={() => void save()}
    >
      <div className="pair">
        <label>
          {w.models.name}
          <input required readOnly={model !== null} value={id} onChange={(event) => setId(event.target.value)} />
        </label>
        <label>
          {w.models.displayName}
          <input value={title} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <label>
          {w.models.runsOn}
          <select value={upstream} onChange={(event) => setUpstream(event.target.value)}>
            <option value="">{w.models.here}</option>
            {upstreams.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {w.models.there}
          <input required={upstream !== ""} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        {number(w.models.inputPrice, input, setInput, w.models.serverPrices, "any")}
        {number(w.models.outputPrice, output, setOutput, w.models.serverPrices, "any")}
        {number(w.models.context, context, setContext, w.models.unknown, "1")}
        <label>
          {w.models.fallbacks}
          <input value={fallbacks} placeholder={w.models.none} onChange={(event) => setFallbacks(event.target.value)} />
        </label>
      </div>
      <div className="choice">
        <label>
          <input type="checkbox" checked={tools} onChange={(event) => setTools(event.target.checked)} />
          {w.models.tools}
        </label>
        <p className="hint">{w.models.toolsHint}</p>
      </div>
    </FormDialog>
  );
}
