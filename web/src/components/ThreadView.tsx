/** The open conversation: its messages, what is unsent, and the message box. Remounted for each conversation. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode, type RefObject } from "react";
import type { Attachment, Message, Policy, Proposal, Summary } from "../api/types";
import { say } from "../state/app";
import { plainWords } from "../state/errors";
import type { Chunk } from "../state/groups";
import { itemsOf, outbox } from "../state/outbox";
import { go, jump } from "../state/route";
import { useStore } from "../state/store";
import { choosePolicy, live, loadOlder, openThread, stop, threads, type ThreadState } from "../state/threads";
import { path, ROOT, type Step } from "../state/tree";
import type { Waiting } from "../state/unsure";
import { t } from "../strings";
import { Composer, type ComposerHandle } from "./Composer";
import { EmptyState } from "./EmptyState";
import { DownIcon } from "./icons";
import { Messages } from "./Messages";
import { ProposalList } from "./ProposalList";
import { QueueList } from "./QueueList";
import { useFileDrop } from "./useFileDrop";
import { useStickyScroll } from "./useStickyScroll";
import { useStretch, type ThreadStretch } from "./useStretch";

interface Props {
  conversationId: string | null;
  memberName: string;
  box: RefObject<HTMLTextAreaElement | null>;
}

const NO_STEPS: readonly Step[] = [];
const NO_QUEUE: readonly Waiting[] = [];
const NO_PROPOSALS: readonly Proposal[] = [];
const NO_SUMMARIES: readonly Summary[] = [];
const never = () => () => undefined;

export function ThreadView({ conversationId, memberName, box }: Props) {
  const thread = useStore(threads, (all) => (conversationId === null ? undefined : all.get(conversationId)));
  const allUnsent = useStore(outbox, (items) => items);
  const unsent = useMemo(() => itemsOf(allUnsent, conversationId), [allUnsent, conversationId]);
  const tree = thread?.tree;
  const steps = useMemo(() => (tree === undefined ? NO_STEPS : path(tree)), [tree]);
  const running = useMemo(
    () => steps.filter((step) => step.message.state === "generating").map((step) => step.message),
    [steps],
  );

  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const stretch = useStretch(steps, content);
  const { atEnd, leaveEnd, toEnd: scrollToEnd } = useStickyScroll(frame, content, !stretch.below);
  const toEnd = (smooth = false) => {
    // What is not on the page can't be scrolled through.
    if (stretch.below) stretch.toEnd();
    scrollToEnd(smooth && !stretch.below);
  };
  useEffect(() => {
    if (atEnd) stretch.trim();
  });

  useStopOnEscape(running);
  useJump(conversationId, steps, frame, stretch, leaveEnd);

  const whole = useRef<HTMLDivElement>(null);
  const over = useFileDrop(
    whole,
    useCallback((files: FileList) => composer.current?.add(files), []),
  );

  const onSend = (parts: readonly string[], attachments: readonly Attachment[]) => {
    say(parts, attachments);
    toEnd();
  };
  const queue = thread?.queue ?? NO_QUEUE;
  const leaf = steps.at(-1)?.message;
  const held = leaf?.state === "failed" || leaf?.state === "interrupted";
  const blank = steps.length === 0 && unsent.length === 0;
  const fresh = conversationId === null || (blank && thread?.status === "ready");

  return (
    <div className={fresh && blank ? "thread fresh" : "thread"} ref={whole}>
      {over && <div className="drop-sheet">{t.files.drop}</div>}
      <div className="thread-scroll" ref={frame} role="region" aria-label={t.thread.region} tabIndex={0}>
        <div className="thread-content" ref={content}>
          {conversationId !== null && tree !== undefined && (stretch.above || tree.top !== ROOT) && (
            <Edge
              side="older"
              waits={!stretch.above && thread?.loadingOlder === true}
              chunks={stretch.chunks}
              frame={frame}
              onNear={() => (stretch.above ? stretch.goUp() : void loadOlder(conversationId))}
            />
          )}
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
              chunks={stretch.chunks}
              ends={!stretch.below}
              summaries={thread?.summaries ?? NO_SUMMARIES}
              unsent={unsent}
              busy={running.length > 0}
              onBack={(item) => composer.current?.put(item.text, item.attachments)}
            />
          )}
          {stretch.below && (
            <Edge side="later" waits={false} chunks={stretch.chunks} frame={frame} onNear={stretch.goDown} />
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
        {conversationId !== null && (
          <ProposalList conversationId={conversationId} proposals={thread?.proposals ?? NO_PROPOSALS} />
        )}
        <QueueList queue={queue} held={held} onEdit={(one) => composer.current?.put(one.text, one.attachments)} />
        <BoundComposer
          conversationId={conversationId}
          box={box}
          handle={composer}
          running={running}
          policy={thread?.policy ?? "together"}
          onSend={onSend}
        />
      </div>
    </div>
  );
}

interface BoundComposerProps {
  conversationId: string | null;
  box: RefObject<HTMLTextAreaElement | null>;
  handle: RefObject<ComposerHandle | null>;
  running: readonly Message[];
  policy: Policy;
  onSend: (parts: readonly string[], attachments: readonly Attachment[]) => void;
}

function BoundComposer({ conversationId, box, handle, running, policy, onSend }: BoundComposerProps) {
  const first = running[0];
  const answer = useStore(live, (all) => (first === undefined ? undefined : all.get(first.id)));
  const stopping = useSyncExternalStore(answer?.subscribe ?? never, () => answer?.current().stopping ?? false);
  return (
    <Composer
      conversationId={conversationId}
      box={box}
      handle={handle}
      answering={running.length}
      stopping={stopping}
      policy={policy}
      onPolicy={(next) => conversationId !== null && void choosePolicy(conversationId, next)}
      onSend={onSend}
      onStop={() => running.forEach((message) => void stop(message))}
    />
  );
}

interface EdgeProps {
  side: "older" | "later";
  /** More is on its way. */
  waits: boolean;
  /** What is on the page now: looked at again when that changes. */
  chunks: readonly Chunk[];
  frame: RefObject<HTMLElement | null>;
  onNear: () => void;
}

/** Where what is on the page begins or ends: more comes before the reader gets there. */
function Edge({ side, waits, chunks, frame, onNear }: EdgeProps) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(onNear);
  useEffect(() => {
    latest.current = onNear;
  });
  useEffect(() => {
    const element = mark.current;
    if (element === null || waits) return undefined;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { root: frame.current, rootMargin: "800px 0px" },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, [chunks, waits, frame]);
  return (
    <div ref={mark} className={side}>
      <button type="button" className="quiet" disabled={waits} onClick={onNear}>
        {t.thread[side]}
      </button>
    </div>
  );
}

/** Shows the message that a search led to, once it is here. */
function useJump(
  conversationId: string | null,
  steps: readonly Step[],
  frame: RefObject<HTMLElement | null>,
  stretch: ThreadStretch,
  leaveEnd: () => void,
): void {
  const wanted = useStore(jump, (now) => now);
  const asked = useRef<typeof wanted>(null);
  useEffect(() => {
    if (wanted?.conversationId !== conversationId) return;
    const box = frame.current?.querySelector<HTMLElement>(`[data-message="${wanted.messageId}"]`);
    if (box === null || box === undefined) {
      // It is further up than what is on the page, or on another branch, or further up than what is here.
      if (stretch.show(wanted.messageId)) return;
      if (steps.length > 0 && asked.current !== wanted) {
        asked.current = wanted;
        void openThread(wanted.conversationId, wanted.messageId);
      }
      return;
    }
    jump.set(null);
    leaveEnd();
    box.scrollIntoView({ block: "center" });
    box.classList.add("found");
    setTimeout(() => box.classList.remove("found"), 2_600);
  }, [wanted, conversationId, steps, frame, stretch, leaveEnd]);
}

/** Escape stops what is being written, unless a menu or a dialog has it. */
function useStopOnEscape(running: readonly Message[]): void {
  useEffect(() => {
    if (running.length === 0) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open], [popover]:popover-open") !== null) return;
      running.forEach((message) => void stop(message));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [running]);
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
