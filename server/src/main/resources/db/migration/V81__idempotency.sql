-- Requests that came with an Idempotency-Key, and the answers of those that succeeded. See dev.stoa.idempotency.
CREATE TABLE idempotent_request (
    -- Whose key it is: one caller can't ask for another's answer.
    credential_id   uuid NOT NULL,
    key             text NOT NULL,
    organization_id uuid NOT NULL,
    -- Of the execution that has the key now.
    token           uuid NOT NULL,
    begun_at        timestamptz NOT NULL,
    -- An execution that doesn't say so any more is dead, and the key free.
    lease_until     timestamptz NOT NULL,
    target          text,
    -- Keyed digest of the body, and its length.
    body_digest     bytea,
    body_bytes      bigint,
    -- Null while the first execution runs.
    status          integer,
    content_type    text,
    -- Encrypted with a key that is made of the caller's secret; null if it is too large to keep.
    answer          bytea,
    bytes           bigint NOT NULL DEFAULT 0,
    expires_at      timestamptz,
    PRIMARY KEY (credential_id, key)
);

CREATE INDEX idempotent_request_expires ON idempotent_request (expires_at);
CREATE INDEX idempotent_request_organization ON idempotent_request (organization_id, begun_at DESC);
