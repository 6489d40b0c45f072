/** A conversation that hasn't begun: a greeting and a few ways in. */
import { t } from "../strings";
import { Logo } from "./Logo";

export function EmptyState({ name, onPick }: { name: string; onPick: (prompt: string) => void }) {
  return (
    <div className="empty">
      <Logo size={52} />
      <h1>{name === "" ? t.empty.titleNoName : t.empty.title(name)}</h1>
      <ul className="suggestions" aria-label={t.empty.suggestionsLabel}>
        {t.empty.suggestions.map((one) => (
          <li key={one.title}>
            <button type="button" className="suggestion" onClick={() => onPick(one.prompt)}>
              <strong>{one.title}</strong>
              <span>{one.prompt}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
