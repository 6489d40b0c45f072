/** Whether the settings are open, and at which tab. */
import { createStore } from "./store";

export type SettingsTab = "account" | "personal" | "presets" | "devices" | "appearance";

export const settingsTab = createStore<SettingsTab | null>(null);
