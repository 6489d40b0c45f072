/**
 * The text of an answer while it streams. A character costs O(1): it is appended here, and whoever shows it is told at
 * most once per frame. Markdown blocks that can't change any more are kept; only the last one is parsed again.
 */
import { BlockStream, type Block } from "../markdown/blocks";

export interface LiveSnapshot {
  blocks: readonly Block[];
  length: number;
  reconnecting: boolean;
  stopping: boolean;
}

type Frame = (run: () => void) => void;
const nextFrame: Frame = (run) => void requestAnimationFrame(run);

export class LiveAnswer {
  private readonly stream = new BlockStream();
  private readonly listeners = new Set<() => void>();
  private pending: string[] = [];
  private scheduled = false;
  private length = 0;
  private reconnecting = false;
  private stopping = false;
  private snapshot: LiveSnapshot;
  private readonly abort = new AbortController();

  constructor(
    text: string,
    private readonly frame: Frame = nextFrame,
  ) {
    this.stream.append(text);
    this.length = text.length;
    this.snapshot = this.take();
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
    this.length += text.length;
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

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.frame(() => {
      this.scheduled = false;
      if (this.pending.length > 0) {
        this.stream.append(this.pending.join(""));
        this.pending = [];
      }
      this.snapshot = this.take();
      for (const listener of [...this.listeners]) listener();
    });
  }

  private take(): LiveSnapshot {
    return {
      blocks: this.stream.blocks(),
      length: this.length,
      reconnecting: this.reconnecting,
      stopping: this.stopping,
    };
  }
}
