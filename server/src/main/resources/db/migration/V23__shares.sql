-- A read-only copy of a branch as it was when it was shared, for whoever has the link. What is said later is not in it.
CREATE TABLE share (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    -- SHA-256 of the random part of the link, which is kept nowhere.
    hash            bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    title           text NOT NULL,
    -- [{"role", "text", "model"}], oldest first.
    messages        jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL
);

CREATE INDEX share_conversation ON share (conversation_id);
CREATE INDEX share_expires ON share (expires_at);
