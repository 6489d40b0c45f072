-- Files that callers keep for later requests. Contents lie in a blob store by their SHA-256; see dev.stoa.file.
CREATE TABLE file (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    workspace_id    uuid NOT NULL REFERENCES workspace,
    member_id       uuid NOT NULL REFERENCES member,
    name            text NOT NULL,
    media_type      text NOT NULL,
    purpose         text NOT NULL,
    bytes           bigint NOT NULL CHECK (bytes >= 0),
    content         text NOT NULL CHECK (content ~ '^[0-9a-f]{64}$'),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz
);

CREATE INDEX file_list ON file (workspace_id, id DESC);
CREATE INDEX file_organization ON file (organization_id);
CREATE INDEX file_content ON file (content);
CREATE INDEX file_expires_at ON file (expires_at) WHERE expires_at IS NOT NULL;
