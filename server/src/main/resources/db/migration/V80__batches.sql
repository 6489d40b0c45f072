-- Batches of requests that nobody waits for. See dev.stoa.batch.

-- A server that runs items or prepares batches, and its last sign of life by the database's clock. What a silent one
-- holds is taken by others.
CREATE TABLE batch_server (
    id           uuid PRIMARY KEY,
    heartbeat_at timestamptz NOT NULL
);

CREATE TABLE batch (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    workspace_id    uuid NOT NULL REFERENCES workspace,
    -- On whose account its items run.
    member_id       uuid NOT NULL,
    credential_id   uuid NOT NULL,
    protocol        text NOT NULL,
    endpoint        text NOT NULL,
    -- Of the protocol; empty where it has none.
    version         text NOT NULL,
    -- See dev.stoa.batch.BatchState.
    state           text NOT NULL,
    -- Where the items come from: a file, or the request that made the batch (null).
    input_file      uuid,
    output_file     uuid,
    error_file      uuid,
    output_seconds  bigint,
    metadata        text NOT NULL,
    -- What is wrong with the input, in the protocol's form.
    problems        text,
    items           integer NOT NULL DEFAULT 0,
    bytes           bigint NOT NULL DEFAULT 0,
    succeeded       integer NOT NULL DEFAULT 0,
    errored         integer NOT NULL DEFAULT 0,
    canceled        integer NOT NULL DEFAULT 0,
    expired         integer NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    begun_at        timestamptz,
    canceling_at    timestamptz,
    finalizing_at   timestamptz,
    ended_at        timestamptz,
    archived_at     timestamptz,
    -- Its items wait until then: a limit said so.
    wait_until      timestamptz,
    -- Who prepares or finishes it.
    server_id       uuid,
    CHECK (succeeded + errored + canceled + expired <= items)
);

CREATE INDEX batch_list ON batch (workspace_id, protocol, id DESC);
CREATE INDEX batch_open ON batch (state) WHERE ended_at IS NULL;
CREATE INDEX batch_ended ON batch (ended_at) WHERE archived_at IS NULL;

CREATE TABLE batch_item (
    batch_id   uuid NOT NULL REFERENCES batch ON DELETE CASCADE,
    position   integer NOT NULL CHECK (position >= 0),
    custom_id  text NOT NULL,
    body       text NOT NULL,
    state      text NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'errored', 'canceled', 'expired')),
    -- How often it has been begun; a result of an earlier try is void.
    attempt    integer NOT NULL DEFAULT 0,
    -- How often it ended in a fault of ours.
    faults     integer NOT NULL DEFAULT 0,
    server_id  uuid,
    request_id text,
    status     integer,
    result     text,
    PRIMARY KEY (batch_id, position),
    UNIQUE (batch_id, custom_id)
);

CREATE INDEX batch_item_waiting ON batch_item (batch_id, position) WHERE state = 'waiting';
CREATE INDEX batch_item_running ON batch_item (server_id) WHERE state = 'running';
