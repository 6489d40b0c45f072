/** Numbers and times for people. */
import { language } from "../strings";

export function bytes(count: number): string {
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(0)} MB`;
  return `${(count / 1e9).toFixed(1)} GB`;
}

export function tokens(count: number): string {
  return count < 1000 ? String(count) : `${Math.round(count / 1024)}k`;
}

export type Age = "today" | "yesterday" | "week" | "month" | "older";

const DAY_MS = 86_400_000;

/** By calendar days of the reader's time zone, not by hours. */
export function ageOf(time: string, now: Date): Age {
  const then = new Date(time);
  const startOfToday = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const at = then.getTime();
  if (at >= startOfToday) return "today";
  if (at >= startOfToday - DAY_MS) return "yesterday";
  if (at >= startOfToday - 7 * DAY_MS) return "week";
  if (at >= startOfToday - 30 * DAY_MS) return "month";
  return "older";
}

const MOMENT = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

export function moment(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : MOMENT.format(date);
}
