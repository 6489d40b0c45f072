/** The audit log, a page at a time. */
import { useEffect, useState } from "react";
import { moment } from "../lib/format";
import { admin, type AuditEvent } from "./api";
import { act, Failed, useLoaded } from "./parts";
import { w } from "./words";

const first = () => admin.audit(null);

export function AuditPage() {
  const page = useLoaded(first);
  const users = useLoaded(admin.users);
  const [older, setOlder] = useState<readonly AuditEvent[]>([]);
  const [more, setMore] = useState(false);
  useEffect(() => {
    if (page.value !== null) setMore(page.value.has_more);
  }, [page.value]);

  const events = [...(page.value?.data ?? []), ...older];
  const name = (id: string) => users.value?.data.find((user) => user.id === id)?.name ?? id;
  const loadOlder = () =>
    act(
      admin.audit(events.at(-1)?.id ?? null).then((next) => {
        setOlder((now) => [...now, ...next.data]);
        setMore(next.has_more);
      }),
    );

  return (
    <>
      <div className="console-lead">
        <p>{w.audit.lead}</p>
      </div>
      <Failed of={page} />
      <div className="console-table" role="region" aria-label={w.pages.audit} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.audit.time}</th>
              <th scope="col">{w.audit.who}</th>
              <th scope="col">{w.audit.what}</th>
              <th scope="col">{w.audit.about}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={event.id}>
                <td>{moment(event.created_at)}</td>
                <td>{name(event.user_id)}</td>
                <td>
                  <code>{event.action}</code>
                </td>
                <td className="detail">{about(event)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {page.value !== null && events.length === 0 && <p className="console-none">{w.audit.none}</p>}
      </div>
      {more && (
        <button type="button" className="secondary" onClick={() => void loadOlder()}>
          {w.audit.older}
        </button>
      )}
    </>
  );
}

function about(event: AuditEvent): string {
  const detail = Object.entries(event.detail).map(([key, value]) => `${key}: ${String(value)}`);
  return detail.length === 0 ? event.subject_id : detail.join(", ");
}
