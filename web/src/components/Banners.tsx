/** What concerns the whole page: a model being fetched or loaded, no network, a server that can't be reached. */
import { bytes } from "../lib/format";
import { models } from "../state/models";
import { online } from "../state/online";
import { plainWords } from "../state/errors";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AlertIcon } from "./icons";

export function Banners() {
  const connected = useStore(online, (now) => now);
  const now = useStore(models, (all) => all);
  if (!connected) return <Banner>{t.offline}</Banner>;
  if (now.loading !== null) {
    const { model, phase, done_bytes, total_bytes } = now.loading;
    const title = phase === "downloading" ? t.model.downloading(model) : t.model.loading(model);
    return (
      <div className="banner progress" role="status">
        <div className="banner-line">
          <strong>{title}</strong>
          {total_bytes > 0 && (
            <span className="numbers">{t.model.progress(bytes(done_bytes), bytes(total_bytes))}</span>
          )}
        </div>
        {/* Without a total the bar shows that something goes on, not how far. */}
        <progress aria-label={title} {...(total_bytes > 0 ? { max: total_bytes, value: done_bytes } : {})} />
        <span className="faint">{t.model.wait}</span>
      </div>
    );
  }
  if (now.error !== null && now.error.kind !== "authentication") return <Banner>{plainWords(now.error)}</Banner>;
  return null;
}

function Banner({ children }: { children: string }) {
  return (
    <div className="banner" role="status">
      <AlertIcon />
      <span>{children}</span>
    </div>
  );
}
