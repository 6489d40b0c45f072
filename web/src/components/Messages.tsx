/**
 * The messages of a thread that are on the page, in chunks that the browser leaves out while they are far from the screen
 * (docs/decisions/0051). A chunk is rendered again only when what it shows changes: a thread of thousands renders no more
 * than one of ten while an answer streams into it, begins and ends.
 */
import { memo, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Message, Summary } from "../api/types";
import { askToGoOn, sayInstead } from "../state/app";
import { blockId, holds, type Chunk, type Pair } from "../state/groups";
import { models, pickedModel, type Models } from "../state/models";
import type { OutboxItem } from "../state/outbox";
import { openId } from "../state/route";
import { useStore } from "../state/store";
import { findMessage, live, showVersion, stop, threads } from "../state/threads";
import type { Step } from "../state/tree";
import { chooseVersion, loadVersion, regenerate } from "../state/versions";
import { t } from "../strings";
import { MessageView } from "./MessageView";
import { SummaryNode } from "./SummaryNode";
import { Together, useFace } from "./Together";
import { UnsentMessage } from "./UnsentMessage";

/** Chunks at the end that are always laid out: they grow, and the scroll position hangs on them. */
const END_CHUNKS = 2;

interface Props {
  steps: readonly Step[];
  /** What of them is on the page. */
  chunks: readonly Chunk[];
  /** Whether it goes to the thread's end. */
  ends: boolean;
  summaries: readonly Summary[];
  unsent: readonly OutboxItem[];
  /** Whether an answer of this thread is being written. */
  busy: boolean;
  onBack: (item: OutboxItem) => void;
}

export function Messages({ steps, chunks, ends, summaries, unsent, busy, onBack }: Props) {
  const summary = useMemo(() => {
    const newest = steps.findLast((step) => summaries.some((one) => one.message_id === step.message.id));
    return summaries.find((one) => one.message_id === newest?.message.id);
  }, [steps, summaries]);
  return (
    <div className="messages" role="list" aria-label={t.thread.list}>
      {chunks.map((chunk, index) => (
        <ChunkView
          key={chunk.key}
          chunk={chunk}
          busy={busy}
          last={ends && index === chunks.length - 1}
          end={ends && index >= chunks.length - END_CHUNKS}
          summary={
            summary !== undefined && chunk.blocks.some((block) => holds(block, summary.message_id))
              ? summary
              : undefined
          }
        />
      ))}
      {ends && unsent.length > 0 && (
        <div className="chunk end" role="presentation">
          {unsent.map((item) => (
            <div key={item.id} className="said" role="listitem">
              <UnsentMessage item={item} onEdit={onBack} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

interface RowsProps {
  chunk: Chunk;
  canRegenerate: boolean;
  /** Whether nothing stands behind it. */
  last: boolean;
  summary: Summary | undefined;
}

type ChunkProps = Omit<RowsProps, "canRegenerate"> & { busy: boolean; end: boolean };

const ChunkView = memo(function ChunkView({ chunk, busy, last, end, summary }: ChunkProps) {
  const box = useRef<HTMLDivElement>(null);
  const skipped = useSkipped(box);
  // What an answer's start and end change in messages that are not on the screen waits until they are.
  const canRegenerate = useHeld(!busy, skipped && !end);
  return (
    <div ref={box} className={end ? "chunk end" : "chunk"} role="presentation" data-chunk={chunk.key}>
      <Rows chunk={chunk} canRegenerate={canRegenerate} last={last} summary={summary} />
    </div>
  );
});

const Rows = memo(function Rows({ chunk, canRegenerate, last, summary }: RowsProps) {
  return chunk.blocks.map((block, index) => (
    <div key={blockId(block)} className={block.kind === "one" ? "said" : "said wide"} role="listitem">
      {block.kind === "one" ? (
        <Said step={block.step} canRegenerate={canRegenerate} last={last && index === chunk.blocks.length - 1} />
      ) : (
        <Group
          pairs={block.pairs}
          canRegenerate={canRegenerate}
          last={last && index === chunk.blocks.length - 1 && block.pairs.at(-1)?.answer !== null}
        />
      )}
      {summary !== undefined && holds(block, summary.message_id) && <SummaryNode summary={summary} />}
    </div>
  ));
});

/** Whether the browser leaves an element out because it is far from what is seen (content-visibility). */
function useSkipped(box: RefObject<HTMLElement | null>): boolean {
  const [skipped, setSkipped] = useState(false);
  useEffect(() => {
    const element = box.current;
    const onChange = (event: Event) => {
      if (event.target === element) setSkipped((event as ContentVisibilityAutoStateChangeEvent).skipped);
    };
    element?.addEventListener("contentvisibilityautostatechange", onChange);
    return () => element?.removeEventListener("contentvisibilityautostatechange", onChange);
  }, [box]);
  return skipped;
}

/** The value, or while it is held the last one before that. */
function useHeld<T>(value: T, held: boolean): T {
  const [kept, keep] = useState(value);
  if (held || Object.is(kept, value)) return kept;
  keep(value);
  return value;
}

interface SaidProps {
  step: Step;
  canRegenerate: boolean;
  /** Whether nothing stands behind it, so that it can be gone on with. */
  last?: boolean;
  onStop?: (answer: Message) => void;
}

const Said = memo(
  function Said({ step: { message, siblings }, canRegenerate, last = false, onStop }: SaidProps) {
    return (
      <MessageView
        message={message}
        siblings={siblings}
        version={useStore(threads, (all) => versionOf(message, siblings, all.get(message.conversation_id)?.wanted))}
        live={useStore(live, (all) => all.get(message.id))}
        modelName={useStore(models, (known) => nameOf(known, message.model))}
        canRegenerate={canRegenerate}
        onRegenerate={again}
        onShow={show}
        onEdit={sayInstead}
        {...(last && canRegenerate ? { onGoOn: askToGoOn } : {})}
        {...(onStop === undefined ? {} : { onStop })}
      />
    );
  },
  (before, after) =>
    before.canRegenerate === after.canRegenerate &&
    before.last === after.last &&
    before.onStop === after.onStop &&
    before.step.message === after.step.message &&
    before.step.siblings === after.step.siblings,
);

interface GroupProps {
  pairs: readonly Pair[];
  canRegenerate: boolean;
  last: boolean;
}

function Group({ pairs, canRegenerate, last }: GroupProps) {
  const known = useStore(models, (all) => all);
  return (
    <Together
      pairs={pairs}
      last={last}
      nameOf={(model) => nameOf(known, model)}
      question={(pair) => <Said step={pair.question} canRegenerate={canRegenerate} />}
      answer={({ answer }, own) =>
        answer !== null &&
        (own ? (
          <Said step={answer} canRegenerate={canRegenerate} last={last} onStop={stopOne} />
        ) : (
          <GroupAnswer step={answer} canRegenerate={canRegenerate} />
        ))
      }
    />
  );
}

/** An answer of a group with others behind it: its versions are shown in its place, the thread's own stays on the path. */
function GroupAnswer({ step, canRegenerate }: { step: Step; canRegenerate: boolean }) {
  const face = useFace(step, false);
  const chosen = step.message.chosen_id ?? null;
  const missing = chosen !== null && face.id !== chosen;
  useEffect(() => {
    if (missing) void loadVersion(step.message.conversation_id, chosen);
  }, [missing, chosen, step.message.conversation_id]);
  const onPath = step.message.id;
  return (
    <MessageView
      message={face}
      siblings={step.siblings}
      version={chosen ?? face.id}
      live={useStore(live, (all) => all.get(face.id))}
      modelName={useStore(models, (known) => nameOf(known, face.model))}
      canRegenerate={canRegenerate}
      onRegenerate={(answer, model) => {
        const question = answer.parent_id === null ? undefined : findMessage(answer.parent_id);
        if (question !== undefined) void regenerate(question, model ?? answer.model, onPath);
      }}
      onShow={(id) => void chooseVersion(onPath, id)}
      onEdit={sayInstead}
      onStop={stopOne}
    />
  );
}

/** Which version is asked for: one that is on its way counts as shown, for who goes on to the next. */
function versionOf({ id }: Message, siblings: readonly string[], wanted: string | null | undefined): string {
  return siblings.length > 1 && wanted && siblings.includes(wanted) ? wanted : id;
}

const stopOne = (message: Message) => void stop(message);

function again(answer: Message, model: string | null): void {
  const question = answer.parent_id === null ? undefined : findMessage(answer.parent_id);
  if (question !== undefined) void regenerate(question, model ?? pickedModel.get());
}

function show(messageId: string): void {
  const conversation = findMessage(messageId)?.conversation_id ?? openId.get();
  if (conversation !== null) showVersion(conversation, messageId);
}

function nameOf(known: Models, id: string | null): string | null {
  return known.models.find((model) => model.id === id)?.display_name ?? id;
}
