/** How much of the model's window the thread fills, as the model itself counted it at the last answer. */
import { tokens } from "../lib/format";
import { activeModel, models, pickedModel } from "../state/models";
import { useStore } from "../state/store";
import { threads } from "../state/threads";
import { path } from "../state/tree";
import { t } from "../strings";

/** From here on the older part is put into few words. */
const FULL = 0.75;
const RADIUS = 7;
const AROUND = 2 * Math.PI * RADIUS;

export function ContextGauge({ conversationId }: { conversationId: string }) {
  const thread = useStore(threads, (all) => all.get(conversationId));
  const known = useStore(models, (all) => all);
  const picked = useStore(pickedModel, (id) => id);
  if (thread === undefined) return null;
  const model = activeModel(known, picked, thread.model);
  const last = path(thread.tree).findLast((step) => step.message.usage !== null)?.message.usage;
  if (model === null || model.context_length <= 0 || last === undefined || last === null) return null;
  const used = last.input_tokens + last.output_tokens;
  const share = Math.min(1, used / model.context_length);
  const words = t.thread.gauge(tokens(used), tokens(model.context_length), Math.round(share * 100));
  return (
    <span className={share >= FULL ? "gauge full" : "gauge"} role="img" aria-label={words} title={words}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <circle cx="10" cy="10" r={RADIUS} />
        <circle cx="10" cy="10" r={RADIUS} strokeDasharray={`${share * AROUND} ${AROUND}`} className="gauge-used" />
      </svg>
    </span>
  );
}
