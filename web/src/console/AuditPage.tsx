/** The audit log, a page at a time. */
import { useEffect, useState } from "react";
import { moment } from "../lib/format";
import { admin, type AuditEvent } from "./api";
import { act, Failed, useLoaded } from "./parts";
import { Records } from "./Records";
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
      <Records
        label={w.pages.audit}
        rows={events}
        keyOf={(event) => event.id}
        columns={[
          { head: w.audit.time, as: "steady", cell: (event) => moment(event.created_at) },
          { head: w.audit.who, cell: (event) => name(event.user_id) },
          { head: w.audit.what, as: "detail", cell: (event) => <code>{event.action}</code> },
          { head: w.audit.about, as: "detail", cell: about },
        ]}
      />
      {page.value !== null && events.length === 0 && <p className="console-none">{w.audit.none}</p>}
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
