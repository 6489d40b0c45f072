-- Members that are programs, and who does what in a workspace. See dev.stoa.identity.
ALTER TABLE member
    ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
    -- A program has keys and nothing else to come in by, and does not run the server.
    ADD CONSTRAINT member_service
        CHECK (kind = 'person' OR (email IS NULL AND password_hash IS NULL AND role IN ('admin', 'developer')));

CREATE TABLE workspace_member (
    workspace_id uuid NOT NULL REFERENCES workspace,
    member_id    uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    role         text NOT NULL CHECK (role IN ('workspace_user', 'workspace_developer', 'workspace_admin')),
    added_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, member_id)
);

CREATE INDEX workspace_member_by_member ON workspace_member (member_id);
