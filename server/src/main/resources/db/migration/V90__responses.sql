-- Answers of the Responses protocol that callers keep, to be read and built upon; see dev.stoa.response.
CREATE TABLE response (
    id               text PRIMARY KEY,
    organization_id  uuid NOT NULL REFERENCES organization,
    workspace_id     uuid NOT NULL REFERENCES workspace,
    -- What it was built upon; that one may be gone.
    previous_id      text,
    background       boolean NOT NULL,
    status           text NOT NULL CHECK
        (status IN ('queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled')),
    -- JSON in ASCII, as text: jsonb and UTF-8 can't hold every character that JSON can.
    input            text NOT NULL,
    body             text NOT NULL,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    ended_at         timestamptz,
    -- Who writes it, and its last sign of life by the database's clock; null once it has ended.
    server_id        uuid,
    heartbeat_at     timestamptz,
    cancel_requested boolean NOT NULL DEFAULT false,
    -- Whether response_event has its events.
    has_events       boolean NOT NULL,
    CHECK ((ended_at IS NULL) = (status IN ('queued', 'in_progress'))),
    CHECK ((ended_at IS NULL) = (server_id IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (heartbeat_at IS NOT NULL))
);

CREATE INDEX response_expires_at ON response (expires_at);
-- Not by the heartbeat, which would then cost an entry every time.
CREATE INDEX response_running ON response (id) WHERE ended_at IS NULL;
CREATE INDEX response_with_events ON response (ended_at) WHERE has_events;

-- What a background response has told, to be told again to whoever comes back.
CREATE TABLE response_event (
    response_id text NOT NULL REFERENCES response ON DELETE CASCADE,
    sequence    integer NOT NULL CHECK (sequence >= 0),
    event       text NOT NULL,
    PRIMARY KEY (response_id, sequence)
);
