/** What of a thread is on the page, and how that moves. Owns the chunks of the path that is shown. */
import { useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { blocksOf, chunked, type Chunk } from "../state/groups";
import {
  around,
  AT_END,
  boundsOf,
  grownDown,
  grownUp,
  placeOfMessage,
  SHOWN_MAX,
  sizeOf,
  stretchOf,
  type Bounds,
} from "../state/stretch";
import type { Step } from "../state/tree";

export interface ThreadStretch {
  /** What is on the page. */
  chunks: readonly Chunk[];
  /** Whether more that is here stands above, and below. */
  above: boolean;
  below: boolean;
  goUp: () => void;
  goDown: () => void;
  /** To a screen or two before the thread's end. */
  toEnd: () => void;
  /** Lets go of what is far above, for a reader at the end. */
  trim: () => void;
  /** Shows the messages around one. @return false where it isn't here, or is shown already */
  show: (messageId: string) => boolean;
}

export function useStretch(steps: readonly Step[], content: RefObject<HTMLElement | null>): ThreadStretch {
  const blocks = useMemo(() => blocksOf(steps), [steps]);
  const [cut, setCut] = useState(() => ({ blocks, chunks: chunked([], blocks) }));
  const { chunks } = cut.blocks === blocks ? cut : { chunks: chunked(cut.chunks, blocks) };
  if (cut.blocks !== blocks) setCut({ blocks, chunks });

  const [stretch, setStretch] = useState(AT_END);
  const bounds = boundsOf(chunks, stretch);
  const { from, to } = bounds;
  // Its beginning stays where it is, however the thread's end goes on.
  if (stretch.first === null && from < to) setStretch(stretchOf(chunks, bounds));

  const place = useKeptPlace(content, chunks[from]?.key, chunks[to - 1]?.key);
  const move = (next: Bounds) => {
    place.keep();
    const letGo = mayLetGo(content.current, next.from - from, to - next.to);
    const wide = { from: Math.min(from, next.from), to: Math.max(to, next.to) };
    setStretch(stretchOf(chunks, letGo ? next : wide));
  };
  return {
    chunks: useMemo(() => chunks.slice(from, to), [chunks, from, to]),
    above: from > 0,
    below: to < chunks.length,
    goUp: () => move(grownUp(chunks, bounds)),
    goDown: () => move(grownDown(chunks, bounds)),
    toEnd: () => setStretch(AT_END),
    trim: () => {
      if (to < chunks.length || sizeOf(chunks, bounds) <= SHOWN_MAX) return;
      const next = boundsOf(chunks, AT_END);
      if (mayLetGo(content.current, next.from - from, 0)) setStretch(AT_END);
    },
    show: (messageId) => {
      const at = placeOfMessage(chunks, messageId);
      if (at < 0 || (at >= from && at < to)) return false;
      setStretch(stretchOf(chunks, around(chunks, at)));
      return true;
    },
  };
}

/** Not what somebody writes in, marks, or has put the focus on. */
function mayLetGo(content: HTMLElement | null, above: number, below: number): boolean {
  const all = [...(content?.querySelectorAll(".chunk[data-chunk]") ?? [])];
  const gone = [...all.slice(0, Math.max(0, above)), ...all.slice(all.length - Math.max(0, below))];
  const marked = getSelection();
  return !gone.some(
    (chunk) =>
      chunk.contains(document.activeElement) ||
      chunk.querySelector("textarea") !== null ||
      (marked !== null && !marked.isCollapsed && marked.containsNode(chunk, true)),
  );
}

const FRAMES_TO_SETTLE = 3;
const ANCHORS_BY_ITSELF = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");

/**
 * Keeps in its place what is read, as chunks come and go above it. Most browsers do so themselves, but not where one is at
 * the very top (CSS Scroll Anchoring 1, 2.1): what comes there would push down what is read, and call for more at once.
 */
function useKeptPlace(content: RefObject<HTMLElement | null>, first: string | undefined, last: string | undefined) {
  const seen = useRef<{ chunk: Element; top: number } | null>(null);
  useLayoutEffect(() => {
    const was = seen.current;
    seen.current = null;
    const frame = content.current?.parentElement;
    if (was === null || frame === null || frame === undefined) return;
    const put = (frames: number) => {
      if (!was.chunk.isConnected) return;
      frame.scrollTop += was.chunk.getBoundingClientRect().top - was.top;
      const at = frame.scrollTop;
      // What came above takes its own height only when it is drawn.
      if (frames > 0) requestAnimationFrame(() => frame.scrollTop === at && put(frames - 1));
    };
    put(FRAMES_TO_SETTLE);
  }, [content, first, last]);
  return {
    keep: () => {
      if (ANCHORS_BY_ITSELF && content.current?.parentElement?.scrollTop !== 0) return;
      const chunk = [...(content.current?.querySelectorAll(".chunk") ?? [])].find(
        (one) => one.getBoundingClientRect().bottom > 0,
      );
      seen.current = chunk === undefined ? null : { chunk, top: chunk.getBoundingClientRect().top };
    },
  };
}
