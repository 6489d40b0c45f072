/** The browsers that are signed in to this account, and their end. */
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import type { DeviceSession } from "../../api/types";
import { deviceName } from "../../lib/device";
import { moment } from "../../lib/format";
import { plainWords } from "../../state/errors";
import { toast } from "../../state/notices";
import { noteFailure } from "../../state/session";
import { t } from "../../strings";

export function DevicesTab() {
  const [devices, setDevices] = useState<readonly DeviceSession[] | null>(null);
  useEffect(() => {
    let current = true;
    api.devices().then(
      (page) => current && setDevices(page.sessions),
      (cause: unknown) => void noteFailure(cause),
    );
    return () => {
      current = false;
    };
  }, []);

  const end = async (work: Promise<undefined>, stays: (one: DeviceSession) => boolean) => {
    try {
      await work;
      setDevices((now) => now?.filter(stays) ?? null);
      toast(t.settings.ended);
    } catch (cause) {
      toast(plainWords(noteFailure(cause)), "error");
    }
  };

  if (devices === null) return <span className="skeleton" />;
  return (
    <div className="settings-part">
      <p className="settings-note">{t.settings.devicesNote}</p>
      <ul className="devices" aria-label={t.settings.devices}>
        {devices.map((device) => (
          <li key={device.id}>
            <span>
              <strong>{deviceName(device.user_agent) ?? t.settings.unknownDevice}</strong>
              <small>
                {device.address} · {t.settings.lastUsed(moment(device.last_used_at))}
                {device.by_key && ` · ${t.settings.byKey}`}
              </small>
            </span>
            {device.current ? (
              <em>{t.settings.thisDevice}</em>
            ) : (
              <button
                type="button"
                className="secondary"
                onClick={() => void end(api.endDevice(device.id), (one) => one.id !== device.id)}
              >
                {t.settings.endDevice}
              </button>
            )}
          </li>
        ))}
      </ul>
      {devices.length > 1 && (
        <button
          type="button"
          className="secondary"
          onClick={() => void end(api.endOtherDevices(), (one) => one.current)}
        >
          {t.settings.endOthers}
        </button>
      )}
    </div>
  );
}
