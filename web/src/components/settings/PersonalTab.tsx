/** What the person tells all models, and what they keep in mind: both to read and to change. */
import { useEffect, useState, type SubmitEvent } from "react";
import { api } from "../../api/client";
import type { Instructions, Memory } from "../../api/types";
import { uuidv7 } from "../../lib/uuid";
import { lengths, tried } from "../../state/personal";
import { noteFailure } from "../../state/session";
import { useStore } from "../../state/store";
import { t } from "../../strings";
import { BinIcon } from "../icons";

export function PersonalTab() {
  const [saved, setSaved] = useState<Instructions | null>(null);
  const [memories, setMemories] = useState<readonly Memory[] | null>(null);
  useEffect(() => {
    let current = true;
    Promise.all([api.instructions(), api.memories()]).then(
      ([instructions, kept]) => {
        if (!current) return;
        setSaved(instructions);
        setMemories(kept.memories);
      },
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);
  if (saved === null || memories === null) return null;
  const change = (next: Instructions) =>
    void tried(api.putInstructions(next)).then((well) => {
      if (well) setSaved(next);
    });
  return (
    <>
      <InstructionsForm saved={saved} onSave={setSaved} />
      <section className="settings-part" aria-label={t.personal.memory}>
        <h3>{t.personal.memory}</h3>
        <p className="settings-note">{t.personal.memoryHint}</p>
        <Check
          checked={saved.use_memory}
          label={t.personal.useMemory}
          onChange={(use_memory) => change({ ...saved, use_memory })}
        />
        <Check
          checked={saved.suggest_memory}
          label={t.personal.suggestMemory}
          disabled={!saved.use_memory}
          onChange={(suggest_memory) => change({ ...saved, suggest_memory })}
        />
        {memories.length === 0 && <p className="settings-note">{t.personal.noMemory}</p>}
        <ul className="memory-list">
          {memories.map((memory, index) => (
            <MemoryRow
              key={memory.id}
              memory={memory}
              number={index + 1}
              onChange={(next) =>
                setMemories(
                  next === null
                    ? memories.filter((one) => one.id !== memory.id)
                    : memories.map((one) => (one.id === memory.id ? next : one)),
                )
              }
            />
          ))}
        </ul>
        <NewMemory onAdd={(memory) => setMemories([...memories, memory])} />
      </section>
      <section className="settings-part" aria-label={t.personalExport.save}>
        <p className="settings-note">{t.personalExport.note}</p>
        <a className="secondary" href="/api/export" download>
          {t.personalExport.save}
        </a>
      </section>
    </>
  );
}

interface CheckProps {
  checked: boolean;
  label: string;
  disabled?: boolean;
  onChange: (next: boolean) => void;
}

function Check({ checked, label, disabled = false, onChange }: CheckProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

function InstructionsForm({ saved, onSave }: { saved: Instructions; onSave: (next: Instructions) => void }) {
  const [text, setText] = useState(saved.text);
  const longest = useStore(lengths, (now) => now.instructions_length);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const next = { ...saved, text: text.trim() };
    if (await tried(api.putInstructions(next), t.settings.saved)) onSave(next);
  };
  return (
    <form className="settings-part" onSubmit={(event) => void save(event)}>
      <label className="text-field">
        <span>{t.personal.instructions}</span>
        <textarea
          dir="auto"
          rows={5}
          value={text}
          maxLength={longest}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="settings-note">{t.personal.instructionsHint}</p>
      <button type="submit" className="secondary" disabled={text.trim() === saved.text}>
        {t.personal.save}
      </button>
    </form>
  );
}

interface RowProps {
  memory: Memory;
  number: number;
  /** Null: it is gone. */
  onChange: (next: Memory | null) => void;
}

function MemoryRow({ memory, number, onChange }: RowProps) {
  const [text, setText] = useState(memory.text);
  const longest = useStore(lengths, (now) => now.memory_length);
  const save = async () => {
    const next = { ...memory, text: text.trim() };
    if (next.text === memory.text || next.text === "") setText(memory.text);
    else if (await tried(api.putMemory(next), t.settings.saved)) onChange(next);
  };
  return (
    <li>
      <input
        className="plain-input"
        dir="auto"
        value={text}
        maxLength={longest}
        aria-label={t.personal.memoryItem(number)}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <button
        type="button"
        className="icon-button small"
        aria-label={t.personal.remove(memory.text)}
        title={t.personal.remove(memory.text)}
        onClick={() => void tried(api.removeMemory(memory.id)).then((well) => well && onChange(null))}
      >
        <BinIcon />
      </button>
    </li>
  );
}

function NewMemory({ onAdd }: { onAdd: (memory: Memory) => void }) {
  const [text, setText] = useState("");
  const longest = useStore(lengths, (now) => now.memory_length);
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const memory = { id: uuidv7(), text: text.trim() };
    if (!(await tried(api.putMemory(memory)))) return;
    onAdd(memory);
    setText("");
  };
  return (
    <form className="memory-new" onSubmit={(event) => void add(event)}>
      <input
        className="plain-input"
        dir="auto"
        value={text}
        maxLength={longest}
        aria-label={t.personal.newMemory}
        placeholder={t.personal.newMemory}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="secondary" disabled={text.trim() === ""}>
        {t.personal.addMemory}
      </button>
    </form>
  );
}
