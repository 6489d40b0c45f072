/** Keeps what the person said in mind, where it is short enough for that. */
import { lengths, remember } from "../state/personal";
import { useStore } from "../state/store";
import { t } from "../strings";
import { BookmarkIcon } from "./icons";

export function RememberButton({ text }: { text: string }) {
  const longest = useStore(lengths, (now) => now.memory_length);
  if (text.trim().length > longest) return null;
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={t.personal.remember}
      title={t.personal.remember}
      onClick={() => void remember(text)}
    >
      <BookmarkIcon />
    </button>
  );
}
