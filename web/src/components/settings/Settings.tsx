/**
 * The settings: tabs in a dialog, loaded when they are first opened. A new tab is an entry of TABS and of SettingsTab.
 */
import { useId, type KeyboardEvent, type ReactNode } from "react";
import type { Member } from "../../api/types";
import { settingsTab, type SettingsTab } from "../../state/settings";
import { t } from "../../strings";
import { CloseIcon } from "../icons";
import { Modal } from "../Modal";
import { AccountTab } from "./AccountTab";
import { AppearanceTab } from "./AppearanceTab";
import { DevicesTab } from "./DevicesTab";
import { PersonalTab } from "./PersonalTab";
import { PresetsTab } from "./PresetsTab";
import "./settings.css";

interface Tab {
  id: SettingsTab;
  label: string;
  body: (member: Member) => ReactNode;
}

const TABS: readonly Tab[] = [
  { id: "account", label: t.settings.account, body: (member) => <AccountTab member={member} /> },
  { id: "personal", label: t.personal.tab, body: () => <PersonalTab /> },
  { id: "presets", label: t.personal.presetsTab, body: () => <PresetsTab /> },
  { id: "devices", label: t.settings.devices, body: () => <DevicesTab /> },
  { id: "appearance", label: t.settings.appearance, body: () => <AppearanceTab /> },
];

export default function Settings({ tab, member }: { tab: SettingsTab; member: Member }) {
  const id = useId();
  const close = () => settingsTab.set(null);

  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.findIndex((one) => one.id === tab) + step + TABS.length) % TABS.length];
    if (next === undefined) return;
    settingsTab.set(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };

  return (
    <Modal className="dialog settings" aria-labelledby={id} onClose={close}>
      <div className="settings-body">
        <header className="settings-head">
          <h2 id={id}>{t.account.settings}</h2>
          <button type="button" className="icon-button" aria-label={t.settings.close} onClick={close}>
            <CloseIcon />
          </button>
        </header>
        <div className="settings-tabs" role="tablist" aria-label={t.account.settings}>
          {TABS.map((one) => (
            <button
              key={one.id}
              id={`${id}-${one.id}`}
              type="button"
              role="tab"
              aria-selected={one.id === tab}
              aria-controls={`${id}-panel`}
              tabIndex={one.id === tab ? 0 : -1}
              onClick={() => settingsTab.set(one.id)}
              onKeyDown={onKey}
            >
              {one.label}
            </button>
          ))}
        </div>
        <div
          id={`${id}-panel`}
          className="settings-panel"
          role="tabpanel"
          aria-labelledby={`${id}-${tab}`}
          tabIndex={0}
        >
          {TABS.find((one) => one.id === tab)?.body(member)}
        </div>
      </div>
    </Modal>
  );
}
