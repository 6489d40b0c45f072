/** Short notices in the corner, and what the screen reader is told. */
import { createStore } from "./store";

export interface Toast {
  id: number;
  kind: "info" | "error";
  text: string;
  /** What takes it back. */
  action: ToastAction | null;
}

export interface ToastAction {
  label: string;
  run: () => void;
}

/** Older ones give way; more than this can't be read anyway. */
const TOASTS_MAX = 3;
const TOAST_MS = 6_000;
const ACTION_MS = 12_000;

let lastId = 0;
export const toasts = createStore<readonly Toast[]>([]);
export const announcement = createStore("");

export function toast(text: string, kind: Toast["kind"] = "info", action: ToastAction | null = null): void {
  const id = ++lastId;
  toasts.update((now) => [...now, { id, kind, text, action }].slice(-TOASTS_MAX));
  setTimeout(() => dismiss(id), action === null ? TOAST_MS : ACTION_MS);
}

export function dismiss(id: number): void {
  toasts.update((now) => now.filter((one) => one.id !== id));
}

export function announce(text: string): void {
  announcement.set(text);
}
