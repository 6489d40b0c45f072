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
  const keys = useLoaded(admin.keys);
  const workspaces = useLoaded(admin.workspaces);
  const [older, setOlder] = useState<readonly AuditEvent[]>([]);
  const [more, setMore] = useState(false);
  useEffect(() => {
    if (page.value !== null) setMore(page.value.has_more);
  }, [page.value]);

  const events = [...(page.value?.data ?? []), ...older];
  const name = namer([users, keys, workspaces].flatMap((loaded): Named[] => loaded.value?.data ?? []));
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
          { head: w.audit.about, as: "detail", cell: (event) => <About event={event} name={name} /> },
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

function About({ event, name }: { event: AuditEvent; name: (id: string) => string }) {
  return (
    <>
      <strong>{name(event.subject_id)}</strong>
      <small>{detail(event.detail, name)}</small>
    </>
  );
}

interface Named {
  id: string;
  name: string;
}

/** The log has some ids without the prefix that says of what they are. */
const bare = (id: string) => id.slice(id.indexOf("_") + 1);

/** Writes the name of what is known, anything else as it is. */
function namer(known: readonly Named[]): (id: string) => string {
  const all = new Map(known.map((one) => [bare(one.id), one.name]));
  return (id) => all.get(bare(id)) ?? id;
}

/** All that an event tells, in one line. */
function detail(values: object, name: (id: string) => string): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${written(value, name)}`)
    .join(", ");
}

function written(value: unknown, name: (id: string) => string): string {
  if (value === null) return "–";
  if (Array.isArray(value)) return `[${value.map((one) => written(one, name)).join(", ")}]`;
  if (typeof value === "object") return `{${detail(value, name)}}`;
  return typeof value === "string" ? name(value) : JSON.stringify(value);
}
