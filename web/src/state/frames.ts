/** Frames of what streams: one for all that streams at once, and as many as the machine can bear. */

/** As often as the server sends: a frame costs the same however much is new in it. */
export const PAUSE_MS = 100;
/** So many times as long as a frame took, until it was painted, the page is left to who uses it. */
export const REST = 3;
/** However slow: a stream that moves twice a second still reads as one. */
export const PAUSE_MAX_MS = 500;

export interface Ticks {
  now(): number;
  later(run: () => void, ms: number): void;
  /** In the next frame, before it is painted. */
  frame(run: () => void): void;
  /** Once the frame that is being made has been painted. */
  painted(run: () => void): void;
}

const browser: Ticks = {
  now: () => performance.now(),
  later: (run, ms) => void setTimeout(run, ms),
  frame: (run) => void requestAnimationFrame(run),
  painted(run) {
    // What is posted in a frame comes behind its painting; a timer may wait longer than that.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = run;
    port2.postMessage(null);
  },
};

/** @return takes what the next frame is to do */
export function frames(ticks: Ticks = browser): (run: () => void) => void {
  const due: (() => void)[] = [];
  let notBefore = 0;
  const show = () => {
    const begin = ticks.now();
    notBefore = begin + PAUSE_MS;
    for (const run of due.splice(0)) run();
    ticks.painted(() => {
      const end = ticks.now();
      notBefore = Math.max(notBefore, Math.min(end + REST * (end - begin), begin + PAUSE_MAX_MS));
    });
  };
  return (run) => {
    due.push(run);
    if (due.length > 1) return;
    const pause = notBefore - ticks.now();
    if (pause > 0) ticks.later(() => ticks.frame(show), pause);
    else ticks.frame(show);
  };
}
