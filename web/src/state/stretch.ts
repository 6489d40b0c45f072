/**
 * The stretch of a thread that is on the page: a few screens of it, wherever the reader is (docs/decisions/0052). It
 * grows towards where one reads, and lets go of what is far behind. Pure functions over the chunks of the path.
 */
import { holds, type Chunk } from "./groups";

/** Keys of its first and its last chunk. */
export interface Stretch {
  /** Null: a screen or two before its end. */
  readonly first: string | null;
  /** Null: the thread's end, also when that goes on. */
  readonly last: string | null;
}

export const AT_END: Stretch = { first: null, last: null };

/** Blocks that are shown at first, and that are added when the reader comes near an edge. */
export const STEP = 100;
/** What is shown at most, unless something in it must not be taken away. */
export const SHOWN_MAX = 400;

/** Places of chunks; the second is past the last. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Where a stretch lies now. One whose chunks are gone, as another branch is shown, lies at the end. */
export function boundsOf(chunks: readonly Chunk[], { first, last }: Stretch): Bounds {
  const end = last === null ? chunks.length : placeOf(chunks, last) + 1;
  const to = end === 0 ? chunks.length : end;
  const begin = first === null ? -1 : placeOf(chunks, first);
  return { from: begin < 0 || begin >= to ? up(chunks, to, STEP) : begin, to };
}

/** More of what stands above; of what is below, as much as there may be. */
export function grownUp(chunks: readonly Chunk[], { from, to }: Bounds): Bounds {
  const begin = up(chunks, from, STEP);
  return { from: begin, to: Math.max(begin, Math.min(to, down(chunks, begin, SHOWN_MAX))) };
}

/** More of what stands below; of what is above, as much as there may be. */
export function grownDown(chunks: readonly Chunk[], { from, to }: Bounds): Bounds {
  const end = down(chunks, to, STEP);
  return { from: Math.min(end, Math.max(from, up(chunks, end, SHOWN_MAX))), to: end };
}

/** Around a chunk. */
export function around(chunks: readonly Chunk[], at: number): Bounds {
  return { from: up(chunks, at, STEP), to: down(chunks, at + 1, STEP) };
}

/** Negative where a message isn't in this thread. */
export function placeOfMessage(chunks: readonly Chunk[], messageId: string): number {
  return chunks.findIndex((chunk) => chunk.blocks.some((block) => holds(block, messageId)));
}

/** What the bounds are remembered by, as chunks come above and below. */
export function stretchOf(chunks: readonly Chunk[], { from, to }: Bounds): Stretch {
  return { first: chunks[from]?.key ?? null, last: to >= chunks.length ? null : (chunks[to - 1]?.key ?? null) };
}

export function sizeOf(chunks: readonly Chunk[], { from, to }: Bounds): number {
  return chunks.slice(from, to).reduce((sum, chunk) => sum + chunk.blocks.length, 0);
}

const placeOf = (chunks: readonly Chunk[], key: string) => chunks.findIndex((chunk) => chunk.key === key);

/** So far above a place that at least this many blocks lie between, or to the top. */
function up(chunks: readonly Chunk[], from: number, blocks: number): number {
  let at = from;
  for (let left = blocks; at > 0 && left > 0; at--) left -= chunks[at - 1]?.blocks.length ?? 0;
  return at;
}

function down(chunks: readonly Chunk[], from: number, blocks: number): number {
  let at = from;
  for (let left = blocks; at < chunks.length && left > 0; at++) left -= chunks[at]?.blocks.length ?? 0;
  return at;
}
