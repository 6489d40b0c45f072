/** Files that are dragged over the thread: whether some are, and what to do when they are let go. */
import { useEffect, useState, type RefObject } from "react";

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

export function useFileDrop(target: RefObject<HTMLElement | null>, onDrop: (files: FileList) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const box = target.current;
    if (box === null) return undefined;
    // Each box that the pointer enters and leaves inside the target tells of it: they are counted.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const move = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      onDrop(event.dataTransfer.files);
    };
    box.addEventListener("dragenter", enter);
    box.addEventListener("dragleave", leave);
    box.addEventListener("dragover", move);
    box.addEventListener("drop", drop);
    return () => {
      box.removeEventListener("dragenter", enter);
      box.removeEventListener("dragleave", leave);
      box.removeEventListener("dragover", move);
      box.removeEventListener("drop", drop);
    };
  }, [target, onDrop]);
  return over;
}
