/** A server elsewhere that runs models. Its key is kept sealed and never shown. */
import { useState } from "react";
import { admin, type Upstream } from "./api";
import { act, FormDialog, without } from "./parts";
import { w } from "./words";

interface Props {
  /** Null for a new one. */
  upstream: Upstream | null;
  onClose: () => void;
  onSet: () => void;
}

export function UpstreamDialog({ upstream, onClose, onSet }: Props) {
  const [name, setName] = useState(upstream?.name ?? "");
  const [url, setUrl] = useState(upstream?.url ?? "");
  const [protocol, setProtocol] = useState<Upstream["protocol"]>(upstream?.protocol ?? "openai");
  const [key, setKey] = useState("");
  const [left, setLeft] = useState<Upstream["on_disconnect"]>(upstream?.on_disconnect ?? "stop");
  const save = () => {
    return act(
      admin
        .setUpstream({
          ...without(upstream, "type", "has_key"),
          name: name.trim(),
          url: url.trim(),
          protocol,
          on_disconnect: left,
          ...(key === "" ? {} : { key }),
        })
        .then(onSet),
    );
  };
  return (
    <FormDialog
      title={upstream === null ? w.models.newUpstream : w.models.changeTitle(upstream.name)}
      onClose={onClose}
      onSave={() => void save()}
    >
      {upstream === null && (
        <label>
          {w.models.name}
          <input required value={name} onChange={(event) => setName(event.target.value)} />
        </label>
      )}
      <label>
        {w.models.address}
        <input
          required
          type="url"
          value={url}
          placeholder="http://gpu-1:8000/v1"
          onChange={(event) => setUrl(event.target.value)}
        />
      </label>
      <label>
        {w.models.protocol}
        <select value={protocol} onChange={(event) => setProtocol(event.target.value as Upstream["protocol"])}>
          <option value="openai">OpenAI</option>
          <option value="anthropic">Anthropic</option>
        </select>
      </label>
      <label>
        {w.models.key}
        <input
          type="password"
          autoComplete="off"
          value={key}
          placeholder={upstream?.has_key === true ? w.models.keyKept : w.models.none}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <label>
        {w.models.onDisconnect}
        <select value={left} onChange={(event) => setLeft(event.target.value as Upstream["on_disconnect"])}>
          <option value="stop">{w.models.stops}</option>
          <option value="finish">{w.models.finishes}</option>
        </select>
      </label>
    </FormDialog>
  );
}
