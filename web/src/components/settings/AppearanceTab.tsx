/** Theme and language; both hold for this browser. */
import { setTheme, theme, type Theme } from "../../state/prefs";
import { useStore } from "../../state/store";
import { chooseLanguage, language, LANGUAGES, t } from "../../strings";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function AppearanceTab() {
  const chosen = useStore(theme, (now) => now);
  return (
    <div className="settings-part">
      <Choice
        label={t.account.theme}
        name="theme"
        items={THEMES.map((id) => ({ id, name: t.account[id] }))}
        value={chosen}
        onChange={setTheme}
      />
      <Choice label={t.account.language} name="language" items={LANGUAGES} value={language} onChange={chooseLanguage} />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  name: string;
  items: readonly { id: T; name: string }[];
  value: T;
  onChange: (id: T) => void;
}

function Choice<T extends string>({ label, name, items, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      {items.map((item) => (
        <label key={item.id}>
          <input type="radio" name={name} checked={item.id === value} onChange={() => onChange(item.id)} />
          {item.name}
        </label>
      ))}
    </fieldset>
  );
}
