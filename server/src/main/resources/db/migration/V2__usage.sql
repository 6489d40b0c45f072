-- One row per request, written once when it has ended. Ids of callers are plain values: a ledger outlives what it names.
create table usage_event (
    request_id      text primary key,
    at              timestamptz not null,
    organization_id uuid not null,
    workspace_id    uuid not null,
    member_id       uuid not null,
    credential_id   uuid not null,
    surface         text not null,
    model           text not null,
    outcome         text not null,
    stop_reason     text,
    input_tokens    integer not null,
    cached_tokens   integer not null,
    output_tokens   integer not null,
    accepted_ms     integer,
    first_token_ms  integer,
    total_ms        integer not null
);

comment on column usage_event.at is 'when the request came';
comment on column usage_event.accepted_ms is 'from then until a worker had taken it; null if none did';
comment on column usage_event.first_token_ms is 'until its first text; null if there was none';

create index usage_event_by_organization on usage_event (organization_id, at);
create index usage_event_by_credential on usage_event (credential_id, at);
