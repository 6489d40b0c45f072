/**
 * An answer while it streams. A character costs O(1): it is appended here, and whoever shows it is told some ten times a
 * second, of all answers at once. Markdown blocks that can't change any more are kept; only the last one is parsed again.
 */
import type { Step } from "../api/types";
import { frames } from "./frames";
import { BlockStream, parseBlocks, type Block } from "../markdown/blocks";

/** A stretch of the answer: what the model did, then the words that came of it. */
export interface Segment {
  steps: readonly Step[];
  blocks: readonly Block[];
}

export interface LiveSnapshot {
  segments: readonly Segment[];
  length: number;
  /** Whether the last thing that came was a step. */
  doing: boolean;
  reconnecting: boolean;
  stopping: boolean;
}

type Frame = (run: () => void) => void;

const nextFrame = frames();

/** A finished answer in segments. */
export function segmentsOf(text: string, steps: readonly Step[]): Segment[] {
  const cuts = [...new Set([0, ...steps.map((step) => step.at)])].sort((a, b) => a - b);
  return cuts.map((at, index) => ({
    steps: steps.filter((step) => step.at === at),
    blocks: parseBlocks(text.slice(at, cuts[index + 1] ?? text.length)),
  }));
}

interface OpenSegment {
  at: number;
  steps: Step[];
  stream: BlockStream;
}

const opened = (at: number): OpenSegment => ({ at, steps: [], stream: new BlockStream() });

export class LiveAnswer {
  private readonly segments: OpenSegment[] = [opened(0)];
  private readonly listeners = new Set<() => void>();
  private pending: string[] = [];
  private scheduled = false;
  private length = 0;
  private doesNow = false;
  private reconnecting = false;
  private stopping = false;
  private snapshot: LiveSnapshot;
  private readonly abort = new AbortController();

  constructor(
    begun: { text: string; steps: readonly Step[] },
    private readonly frame: Frame = nextFrame,
  ) {
    this.take(begun.steps);
    this.pending.push(begun.text);
    this.flush();
    this.doesNow = begun.steps.some((step) => step.at === begun.text.length);
    this.snapshot = this.picture();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Stops listening to the answer; the run itself goes on. */
  leave(): void {
    this.abort.abort();
  }

  append(text: string): void {
    this.pending.push(text);
    this.doesNow = false;
    this.schedule();
  }

  /** @param steps each with what is new of it */
  doing(steps: readonly Step[]): void {
    this.flush();
    this.take(steps);
    this.doesNow = true;
    this.schedule();
  }

  setReconnecting(lost: boolean): void {
    if (lost === this.reconnecting) return;
    this.reconnecting = lost;
    this.schedule();
  }

  setStopping(stopping: boolean): void {
    this.stopping = stopping;
    this.schedule();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  current = (): LiveSnapshot => this.snapshot;

  /** Steps are told no later than the words behind them, and may be told ahead of the words before them. */
  private take(steps: readonly Step[]): void {
    for (const step of steps) {
      let segment = this.segments.find((one) => one.at === step.at);
      if (segment === undefined) {
        segment = opened(step.at);
        this.segments.push(segment);
      }
      const known = segment.steps.findIndex((one) => one.index === step.index);
      const before = segment.steps[known];
      segment.steps =
        before === undefined
          ? [...segment.steps, step]
          : segment.steps.with(known, { ...before, text: before.text + step.text });
    }
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.frame(() => {
      this.scheduled = false;
      this.flush();
      this.snapshot = this.picture();
      for (const listener of [...this.listeners]) listener();
    });
  }

  private flush(): void {
    let text = this.pending.join("");
    this.pending = [];
    while (text !== "") {
      const next = this.segments.findIndex((one) => one.at > this.length);
      const segment = this.segments.at(next < 0 ? -1 : next - 1);
      const room = next < 0 ? text.length : (this.segments[next]?.at ?? 0) - this.length;
      segment?.stream.append(text.slice(0, room));
      this.length += Math.min(room, text.length);
      text = text.slice(room);
    }
  }

  private picture(): LiveSnapshot {
    return {
      segments: this.segments.map(({ steps, stream }) => ({ steps, blocks: stream.blocks() })),
      length: this.length,
      doing: this.doesNow,
      reconnecting: this.reconnecting,
      stopping: this.stopping,
    };
  }
}
