/** Which model answers next; a plain name where there is only one. */
import { tokens } from "../lib/format";
import { activeModel, models, pickedModel } from "../state/models";
import { useStore } from "../state/store";
import { t } from "../strings";
import { ChevronIcon } from "./icons";
import { Menu } from "./Menu";

export function ModelPicker({ conversationModel }: { conversationModel: string | null }) {
  const now = useStore(models, (all) => all);
  const picked = useStore(pickedModel, (id) => id);
  const active = activeModel(now, picked, conversationModel);
  if (!now.known) return <span className="skeleton model-skeleton" />;
  if (active === null) return <span className="model-name">{t.model.none}</span>;
  return (
    <Menu
      label={t.model.label(active.display_name)}
      className="model-button"
      button={
        <>
          <span>{active.display_name}</span>
          <ChevronIcon />
        </>
      }
      groups={[
        {
          items: now.models.map((model) => ({
            id: model.id,
            label: model.display_name,
            detail: model.ready ? t.model.context(tokens(model.context_length)) : t.model.notReady,
            checked: model.id === active.id,
            run: () => pickedModel.set(model.id),
          })),
        },
      ]}
    />
  );
}
