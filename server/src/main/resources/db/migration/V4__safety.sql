-- One row per refusal. No text is kept: rule_line and policy_version name the rule, request_id the request.
create table safety_incident (
    id              uuid primary key,
    at              timestamptz not null,
    request_id      text not null,
    organization_id uuid not null,
    workspace_id    uuid not null,
    member_id       uuid not null,
    credential_id   uuid not null,
    direction       text not null check (direction in ('input', 'output')),
    category        text not null,
    rule_line       integer not null,
    policy_version  text not null
);

create index safety_incident_by_organization on safety_incident (organization_id, at);
create index safety_incident_by_request on safety_incident (request_id);
