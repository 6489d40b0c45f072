-- Who asks. Secrets (keys, session tokens) are stored as SHA-256 only; see dev.stoa.identity.SecretToken for why that
-- is enough. Ids are UUIDv7, made by the application, so that rows of one time lie together in the index.

CREATE TABLE organization (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE workspace (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    name            text NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE TABLE member (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    workspace_id    uuid NOT NULL REFERENCES workspace,
    name            text NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE TABLE api_key (
    id           uuid PRIMARY KEY,
    member_id    uuid NOT NULL REFERENCES member,
    name         text NOT NULL,
    hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    hint         text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    disabled_at  timestamptz,
    last_used_at timestamptz
);

CREATE INDEX api_key_member ON api_key (member_id);

-- A browser that is signed in. It ends with the key that opened it.
CREATE TABLE session (
    id           uuid PRIMARY KEY,
    api_key_id   uuid NOT NULL REFERENCES api_key ON DELETE CASCADE,
    hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL
);

CREATE INDEX session_api_key ON session (api_key_id);
CREATE INDEX session_expires_at ON session (expires_at);
