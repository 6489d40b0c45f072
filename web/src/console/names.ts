/** What stands in the console for ids, counts and times. */
import { language } from "../strings";
import type { Key, Page, Running, User } from "./api";
import { w } from "./words";

const NUMBER = new Intl.NumberFormat(language);
const SHORT = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat(language, { style: "currency", currency: "USD", maximumFractionDigits: 2 });
const SMALL_MONEY = new Intl.NumberFormat(language, { style: "currency", currency: "USD", maximumFractionDigits: 6 });
const SHARE = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const DAY = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
const HOUR = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

const SURFACES: Record<string, string> = { chat: w.surfaces.chat, anthropic: "Anthropic", openai: "OpenAI" };

function surface(name: string): string {
  const [plain = name, batch] = name.split("-");
  const known = SURFACES[plain] ?? name;
  return batch === "batch" ? w.surfaces.batch(known) : known;
}

export const names = {
  number: (value: number) => NUMBER.format(value),
  short: (value: number) => SHORT.format(value),
  /** Dollars; less than a cent is written out. */
  money: (value: number) => (value > 0 && value < 0.01 ? SMALL_MONEY : MONEY).format(value),
  share: (value: number) => SHARE.format(value),
  day: (time: string) => DAY.format(new Date(time)),
  hour: (time: string) => HOUR.format(new Date(time)),
  user: (users: Page<User> | null, id: string) => users?.data.find((one) => one.id === id)?.name ?? w.somebody,
  surface,
  /** Through what a request came. */
  way: (keys: Page<Key> | null, one: Running) => {
    const key = keys?.data.find((each) => each.id === one.api_key_id);
    return key === undefined || one.surface === "chat" ? surface(one.surface) : `${surface(one.surface)} · ${key.name}`;
  },
  elapsed: (from: string, now: number) => {
    const seconds = Math.max(0, Math.round((now - new Date(from).getTime()) / 1000));
    const minutes = Math.floor(seconds / 60);
    return minutes === 0 ? `${seconds} s` : `${minutes}:${String(seconds % 60).padStart(2, "0")} min`;
  },
};
