-- A run writes an answer: it exists exactly while the answer is being written. Its log is the answer's text as far as
-- anybody may have seen it, and the token ids behind it, from which any server can take the run up again. When the run
-- ends, text moves into the message and run and log go.

CREATE TABLE run (
    message_id      uuid PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    -- The server that writes now. Each take-over raises the epoch; a write that names another is void.
    server_id       uuid NOT NULL,
    epoch           integer NOT NULL CHECK (epoch >= 1),
    -- Last sign of life of that server by the database's clock; '-infinity' when it gave the run up.
    heartbeat_at    timestamptz NOT NULL,
    stop_requested  boolean NOT NULL DEFAULT false,
    -- On whose account it runs.
    organization_id uuid NOT NULL,
    workspace_id    uuid NOT NULL,
    member_id       uuid NOT NULL,
    credential_id   uuid NOT NULL,
    -- The only source of chance in the answer.
    seed            bigint NOT NULL,
    -- What the model was asked, seed and all (dev.stoa.conversation.RunRequest); null until it is known.
    request         jsonb
);

CREATE INDEX run_heartbeat ON run (heartbeat_at);
CREATE INDEX run_member ON run (member_id);

CREATE TABLE run_event (
    message_id uuid NOT NULL REFERENCES run ON DELETE CASCADE,
    seq        integer NOT NULL CHECK (seq >= 1),
    -- UTF-16 code units of the answer up to the end of this piece: what clients call the event's id.
    text_end   integer NOT NULL CHECK (text_end >= 0),
    text       text NOT NULL,
    tokens     integer[] NOT NULL,
    PRIMARY KEY (message_id, seq)
);

-- What a server of the last version was writing has no log to go on from.
UPDATE message SET state = 'interrupted', ended_at = clock_timestamp() WHERE state = 'generating';

DROP INDEX message_generating;
ALTER TABLE message DROP COLUMN server_id, DROP COLUMN heartbeat_at, DROP COLUMN stop_requested;
