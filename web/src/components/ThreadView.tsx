/** The open conversation: its messages, what is unsent, and the message box. Remounted for each conversation. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode, type RefObject } from "react";
import type { Message } from "../api/types";
import { say } from "../state/app";
import { plainWords } from "../state/errors";
import { models, pickedModel, type Models } from "../state/models";
import { itemsOf, outbox, type OutboxItem } from "../state/outbox";
import { go } from "../state/route";
import { useStore } from "../state/store";
import { live, openThread, regenerate, showVersion, stop, threads, type ThreadState } from "../state/threads";
import { path, type Step } from "../state/tree";
import { t } from "../strings";
import { Composer, type ComposerHandle } from "./Composer";
import { EmptyState } from "./EmptyState";
import { DownIcon } from "./icons";
import { MessageView } from "./MessageView";
import { UnsentMessage } from "./UnsentMessage";
import { useStickyScroll } from "./useStickyScroll";

interface Props {
  conversationId: string | null;
  memberName: string;
  box: RefObject<HTMLTextAreaElement | null>;
}

const NO_STEPS: readonly Step[] = [];
const never = () => () => undefined;

export function ThreadView({ conversationId, memberName, box }: Props) {
  const thread = useStore(threads, (all) => (conversationId === null ? undefined : all.get(conversationId)));
  const allUnsent = useStore(outbox, (items) => items);
  const unsent = useMemo(() => itemsOf(allUnsent, conversationId), [allUnsent, conversationId]);
  const tree = thread?.tree;
  const steps = useMemo(() => (tree === undefined ? NO_STEPS : path(tree)), [tree]);
  const running = steps.find((step) => step.message.state === "generating")?.message ?? null;

  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const { atEnd, toEnd } = useStickyScroll(frame, content);

  useStopOnEscape(running);

  const onSend = (text: string) => {
    say(text);
    toEnd();
  };
  const blank = steps.length === 0 && unsent.length === 0;
  const fresh = conversationId === null || (blank && thread?.status === "ready");

  return (
    <div className={fresh && blank ? "thread fresh" : "thread"}>
      <div className="thread-scroll" ref={frame} role="region" aria-label={t.thread.region} tabIndex={0}>
        <div className="thread-content" ref={content}>
          {blank ? (
            <Blank
              thread={thread}
              conversationId={conversationId}
              memberName={memberName}
              onPick={(prompt) => composer.current?.put(prompt)}
            />
          ) : (
            <Messages
              steps={steps}
              unsent={unsent}
              busy={running !== null}
              onEdit={(text) => composer.current?.put(text)}
            />
          )}
        </div>
      </div>
      <div className="thread-foot">
        {!atEnd && !blank && (
          <button type="button" className="to-end" onClick={() => toEnd(true)}>
            <DownIcon />
            <span>{t.thread.latest}</span>
          </button>
        )}
        <BoundComposer conversationId={conversationId} box={box} handle={composer} running={running} onSend={onSend} />
      </div>
    </div>
  );
}

interface BoundComposerProps {
  conversationId: string | null;
  box: RefObject<HTMLTextAreaElement | null>;
  handle: RefObject<ComposerHandle | null>;
  running: Message | null;
  onSend: (text: string) => void;
}

function BoundComposer({ conversationId, box, handle, running, onSend }: BoundComposerProps) {
  const answer = useStore(live, (all) => (running === null ? undefined : all.get(running.id)));
  const stopping = useSyncExternalStore(answer?.subscribe ?? never, () => answer?.current().stopping ?? false);
  return (
    <Composer
      conversationId={conversationId}
      box={box}
      handle={handle}
      answering={running !== null}
      stopping={stopping}
      onSend={onSend}
      onStop={() => running !== null && void stop(running)}
    />
  );
}

/** Escape stops the answer, unless a menu or a dialog has it. */
function useStopOnEscape(running: Message | null): void {
  useEffect(() => {
    if (running === null) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open], [popover]:popover-open") !== null) return;
      void stop(running);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [running]);
}

interface MessagesProps {
  steps: readonly Step[];
  unsent: readonly OutboxItem[];
  busy: boolean;
  onEdit: (text: string) => void;
}

function Messages({ steps, unsent, busy, onEdit }: MessagesProps) {
  const streams = useStore(live, (all) => all);
  const known = useStore(models, (all) => all);

  const onShow = useCallback((messageId: string) => {
    const message = findMessage(messageId);
    if (message !== undefined) showVersion(message);
  }, []);
  const onRegenerate = useCallback((answer: Message) => {
    const question = answer.parent_id === null ? undefined : findMessage(answer.parent_id);
    if (question !== undefined) void regenerate(question, pickedModel.get());
  }, []);

  return (
    <ol className="messages" aria-label={t.thread.list}>
      {steps.map(({ message, siblings }) => (
        <li key={message.id}>
          <MessageView
            message={message}
            siblings={siblings}
            live={streams.get(message.id)}
            modelName={nameOf(known, message.model)}
            canRegenerate={!busy}
            onRegenerate={onRegenerate}
            onShow={onShow}
          />
        </li>
      ))}
      {unsent.map((item) => (
        <li key={item.id}>
          <UnsentMessage item={item} onEdit={onEdit} />
        </li>
      ))}
    </ol>
  );
}

function findMessage(id: string): Message | undefined {
  for (const thread of threads.get().values()) {
    const message = thread.tree.messages.get(id);
    if (message !== undefined) return message;
  }
  return undefined;
}

function nameOf(known: Models, id: string | null): string | null {
  return known.models.find((model) => model.id === id)?.display_name ?? id;
}

interface BlankProps {
  thread: ThreadState | undefined;
  conversationId: string | null;
  memberName: string;
  onPick: (prompt: string) => void;
}

function Blank({ thread, conversationId, memberName, onPick }: BlankProps): ReactNode {
  if (conversationId === null || thread?.status === "ready") return <EmptyState name={memberName} onPick={onPick} />;
  if (thread?.status === "missing") {
    return (
      <div className="thread-problem" role="alert">
        <h2>{t.thread.missing}</h2>
        <button type="button" className="secondary" onClick={() => go(null, true)}>
          {t.thread.startNew}
        </button>
      </div>
    );
  }
  if (thread?.status === "failed") {
    return (
      <div className="thread-problem" role="alert">
        <h2>{t.thread.failed}</h2>
        {thread.error !== null && <p>{plainWords(thread.error)}</p>}
        <button type="button" className="secondary" onClick={() => void openThread(conversationId)}>
          {t.thread.retry}
        </button>
      </div>
    );
  }
  return (
    <div className="thread-skeleton" role="status" aria-label={t.thread.loading}>
      <span className="skeleton bubble-skeleton" />
      {[92, 98, 88, 60].map((width) => (
        <span key={width} className="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
