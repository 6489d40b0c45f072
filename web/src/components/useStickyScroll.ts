/** Keeps the end of the thread in view until the reader scrolls up; coming back to the end takes hold again. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** This near to the end counts as being there. */
const NEAR_PX = 48;

export interface StickyScroll {
  atEnd: boolean;
  toEnd: (smooth?: boolean) => void;
  /** For who is shown another place. */
  leaveEnd: () => void;
}

/** @param ends whether the content goes to the thread's end; the end of a part of it is no place to stay at */
export function useStickyScroll(
  frame: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  ends = true,
): StickyScroll {
  const stuck = useRef(true);
  const whole = useRef(ends);
  useLayoutEffect(() => {
    whole.current = ends;
  }, [ends]);
  const [atEnd, setAtEnd] = useState(true);

  const hold = useCallback((next: boolean) => {
    stuck.current = next;
    setAtEnd(next);
  }, []);

  useEffect(() => {
    const box = frame.current;
    const inner = content.current;
    if (box === null || inner === null) return undefined;
    const distance = () => box.scrollHeight - box.scrollTop - box.clientHeight;
    let lastTop = box.scrollTop;
    // Content that grows under a scroll of our own also ends far from the end; only a way up is the reader's.
    const onScroll = () => {
      if (whole.current && distance() <= NEAR_PX) hold(true);
      else if (box.scrollTop < lastTop) hold(false);
      lastTop = box.scrollTop;
    };
    // A small step up is meant as one, though it ends near the end.
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && box.scrollHeight > box.clientHeight) hold(false);
    };
    const onSize = () => {
      // What stands there before anything was said is read from its top.
      if (!stuck.current || !whole.current) return;
      box.scrollTop = inner.querySelector(".messages") === null ? 0 : box.scrollHeight;
    };
    const observer = new ResizeObserver(onSize);
    observer.observe(inner);
    observer.observe(box);
    box.addEventListener("scroll", onScroll, { passive: true });
    box.addEventListener("wheel", onWheel, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", onScroll);
      box.removeEventListener("wheel", onWheel);
    };
  }, [frame, content, hold]);

  const toEnd = useCallback(
    (smooth = false) => {
      const box = frame.current;
      if (box === null) return;
      hold(true);
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      box.scrollTo({ top: box.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    },
    [frame, hold],
  );

  const leaveEnd = useCallback(() => hold(false), [hold]);

  return { atEnd, toEnd, leaveEnd };
}
