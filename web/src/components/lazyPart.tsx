/**
 * A part of the page that is fetched when it is first shown. One that can't be fetched, or breaks, says so and can be
 * closed or tried again; the page around it stays.
 */
import { Component, lazy, Suspense, type ComponentType } from "react";
import { t } from "../strings";
import { Dialog } from "./Dialog";

export function lazyPart<P extends object>(
  fetchPart: () => Promise<{ default: ComponentType<P> }>,
  close: (props: P) => void,
): ComponentType<P> {
  let Part: ComponentType<P> = lazy(fetchPart);
  return class extends Component<P, { broken: boolean }> {
    override state = { broken: false };

    static getDerivedStateFromError() {
      return { broken: true };
    }

    override componentDidCatch() {
      // What failed to come stays failed: whoever tries again fetches anew.
      Part = lazy(fetchPart);
    }

    override render() {
      if (this.state.broken) {
        return <Broken onClose={() => close(this.props)} onRetry={() => this.setState({ broken: false })} />;
      }
      return (
        <Suspense fallback={null}>
          <Part {...this.props} />
        </Suspense>
      );
    }
  };
}

function Broken({ onClose, onRetry }: { onClose: () => void; onRetry: () => void }) {
  return (
    <Dialog
      title={t.part.title}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {t.part.close}
          </button>
          <button type="button" className="secondary" onClick={() => location.reload()}>
            {t.crash.reload}
          </button>
          <button type="button" className="primary" onClick={onRetry}>
            {t.thread.retry}
          </button>
        </>
      }
    >
      <p>{t.part.body}</p>
    </Dialog>
  );
}
