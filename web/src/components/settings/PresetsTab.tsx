/** Instructions that can be chosen for a new conversation. */
import { useState, type SubmitEvent } from "react";
import type { Preset } from "../../api/types";
import { uuidv7 } from "../../lib/uuid";
import { lengths, presets, removePreset, savePreset } from "../../state/personal";
import { useStore } from "../../state/store";
import { t } from "../../strings";

/** The server's limit. */
const NAME_LENGTH_MAX = 200;

export function PresetsTab() {
  const all = useStore(presets, (now) => now);
  const [fresh, setFresh] = useState<Preset | null>(null);
  return (
    <>
      <p className="settings-note">{t.personal.presetsHint}</p>
      {all.length === 0 && fresh === null && <p className="settings-note">{t.personal.noPresets}</p>}
      {all.map((preset) => (
        <PresetForm key={preset.id} preset={preset} onRemove={() => void removePreset(preset.id)} />
      ))}
      {fresh === null ? (
        <button type="button" className="secondary" onClick={() => setFresh({ id: uuidv7(), name: "", text: "" })}>
          {t.personal.newPreset}
        </button>
      ) : (
        <PresetForm key={fresh.id} preset={fresh} onSaved={() => setFresh(null)} onRemove={() => setFresh(null)} />
      )}
    </>
  );
}

interface Props {
  preset: Preset;
  onSaved?: () => void;
  onRemove: () => void;
}

function PresetForm({ preset, onSaved, onRemove }: Props) {
  const [name, setName] = useState(preset.name);
  const [text, setText] = useState(preset.text);
  const longest = useStore(lengths, (now) => now.instructions_length);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await savePreset({ id: preset.id, name: name.trim(), text: text.trim() })) onSaved?.();
  };
  const same = name.trim() === preset.name && text.trim() === preset.text;
  return (
    <form className="settings-part preset" onSubmit={(event) => void save(event)}>
      <label className="text-field">
        <span>{t.personal.presetName}</span>
        <input dir="auto" value={name} maxLength={NAME_LENGTH_MAX} onChange={(event) => setName(event.target.value)} />
      </label>
      <label className="text-field">
        <span>{t.personal.presetText}</span>
        <textarea
          dir="auto"
          rows={4}
          value={text}
          maxLength={longest}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="form-actions">
        <button type="submit" className="secondary" disabled={same || name.trim() === "" || text.trim() === ""}>
          {t.personal.save}
        </button>
        <button type="button" className="quiet" onClick={onRemove}>
          {t.personal.remove(preset.name)}
        </button>
      </div>
    </form>
  );
}
