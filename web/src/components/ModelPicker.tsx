/** Which model answers next; a plain name where there is only one. */
import { tokens } from "../lib/format";
import { activeModel, comparedModel, models, pickedModel } from "../state/models";
import { useStore } from "../state/store";
import { t } from "../strings";
import { ChevronIcon } from "./icons";
import { Menu } from "./Menu";

export function ModelPicker({ conversationModel }: { conversationModel: string | null }) {
  const now = useStore(models, (all) => all);
  const picked = useStore(pickedModel, (id) => id);
  const compared = useStore(comparedModel, (id) => id);
  const beside = now.models.find((model) => model.id === compared) ?? null;
  const active = activeModel(now, picked, conversationModel);
  if (!now.known) return <span className="skeleton model-skeleton" />;
  if (active === null) return <span className="model-name">{t.model.none}</span>;
  return (
    <Menu
      label={
        beside === null
          ? t.model.label(active.display_name)
          : t.model.comparing(active.display_name, beside.display_name)
      }
      className="model-button"
      button={
        <>
          <span>{beside === null ? active.display_name : `${active.display_name} + ${beside.display_name}`}</span>
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
            run: () => {
              pickedModel.set(model.id);
              if (compared === model.id) comparedModel.set(null);
            },
          })),
        },
        ...(now.models.length < 2
          ? []
          : [
              {
                label: t.model.compare,
                items: [
                  {
                    id: "none",
                    label: t.model.compareNone,
                    checked: beside === null,
                    run: () => comparedModel.set(null),
                  },
                  ...now.models
                    .filter((model) => model.id !== active.id)
                    .map((model) => ({
                      id: `beside-${model.id}`,
                      label: model.display_name,
                      checked: model.id === compared,
                      run: () => {
                        pickedModel.set(active.id);
                        comparedModel.set(model.id);
                      },
                    })),
                ],
              },
            ]),
      ]}
    />
  );
}
