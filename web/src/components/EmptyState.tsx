/** A conversation that hasn't begun: a greeting, what it is to begin with, and a few ways in. */
import { beginning, presets, projects } from "../state/personal";
import { useStore } from "../state/store";
import { t } from "../strings";
import { ChevronIcon, FolderIcon, PenIcon } from "./icons";
import { Logo } from "./Logo";
import { Menu } from "./Menu";

export function EmptyState({ name, onPick }: { name: string; onPick: (prompt: string) => void }) {
  return (
    <div className="empty">
      <Logo size={52} />
      <h1>{name === "" ? t.empty.titleNoName : t.empty.title(name)}</h1>
      <Beginning />
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

/** The project and the preset of the next conversation, where there are any. */
function Beginning() {
  const chosen = useStore(beginning, (now) => now);
  const folders = useStore(projects, (all) => all);
  const texts = useStore(presets, (all) => all);
  if (folders.length === 0 && texts.length === 0) return null;
  const folder = folders.find((one) => one.id === chosen.projectId);
  const preset = texts.find((one) => one.id === chosen.presetId);
  return (
    <div className="beginning">
      {folders.length > 0 && (
        <Menu
          label={t.projects.chosen(folder?.name ?? t.projects.none)}
          className="chip"
          button={
            <>
              <FolderIcon />
              <span>{folder?.name ?? t.projects.none}</span>
              <ChevronIcon />
            </>
          }
          groups={[
            {
              items: [null, ...folders].map((one) => ({
                id: one?.id ?? "none",
                label: one?.name ?? t.projects.none,
                checked: one === (folder ?? null),
                run: () => beginning.update((now) => ({ ...now, projectId: one?.id ?? null })),
              })),
            },
          ]}
        />
      )}
      {texts.length > 0 && (
        <Menu
          label={t.personal.preset(preset?.name ?? t.personal.noPreset)}
          className="chip"
          button={
            <>
              <PenIcon />
              <span>{preset?.name ?? t.personal.noPreset}</span>
              <ChevronIcon />
            </>
          }
          groups={[
            {
              items: [null, ...texts].map((one) => ({
                id: one?.id ?? "none",
                label: one?.name ?? t.personal.noPreset,
                checked: one === (preset ?? null),
                run: () => beginning.update((now) => ({ ...now, presetId: one?.id ?? null })),
              })),
            },
          ]}
        />
      )}
    </div>
  );
}
