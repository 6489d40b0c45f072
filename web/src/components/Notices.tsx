/** Toasts, and the one place that a screen reader listens to: an answer's start and end, never its words. */
import { announcement, dismiss, toasts } from "../state/notices";
import { useStore } from "../state/store";
import { t } from "../strings";
import { AlertIcon, CheckIcon, CloseIcon } from "./icons";

export function Notices() {
  const shown = useStore(toasts, (now) => now);
  const said = useStore(announcement, (now) => now);
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite" aria-atomic="true" data-testid="announcer">
        {said}
      </div>
      <div className="toasts" role="region" aria-label={t.toast.region} aria-live="polite">
        {shown.map((toast) => (
          <div key={toast.id} className={`toast ${toast.kind}`}>
            {toast.kind === "error" ? <AlertIcon /> : <CheckIcon />}
            <span>{toast.text}</span>
            {toast.action !== null && (
              <button
                type="button"
                className="quiet"
                onClick={() => {
                  toast.action?.run();
                  dismiss(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            )}
            <button
              type="button"
              className="icon-button small"
              aria-label={t.toast.dismiss}
              onClick={() => dismiss(toast.id)}
            >
              <CloseIcon />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
