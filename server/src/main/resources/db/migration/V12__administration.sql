-- Who may administer, what a key may do, and what administrators did.

ALTER TABLE member ADD COLUMN role text NOT NULL DEFAULT 'user' CHECK (role IN ('admin', 'developer', 'user'));
-- Until now every member was an operator.
UPDATE member SET role = 'admin';

ALTER TABLE workspace ADD COLUMN archived_at timestamptz;

ALTER TABLE api_key
    -- The workspace that its requests count for; null for its member's own.
    ADD COLUMN workspace_id uuid REFERENCES workspace,
    -- What it may do; see dev.stoa.identity.KeyScope.
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{inference,chat,admin}',
    ADD COLUMN created_by uuid REFERENCES member,
    ADD COLUMN archived_at timestamptz;

CREATE TABLE audit_event (
    id              uuid PRIMARY KEY,
    at              timestamptz NOT NULL,
    organization_id uuid NOT NULL,
    member_id       uuid NOT NULL,
    credential_id   uuid NOT NULL,
    action          text NOT NULL,
    subject         text NOT NULL,
    detail          jsonb NOT NULL
);

CREATE INDEX audit_event_list ON audit_event (organization_id, id DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to';
END
$$;

CREATE TRIGGER audit_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- A key that is revoked stops working on every server at once.
CREATE FUNCTION announce_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stoa', 'keys');
    RETURN NULL;
END
$$;

CREATE TRIGGER api_key_changed
    AFTER DELETE OR UPDATE OF disabled_at, archived_at, expires_at, scopes, workspace_id ON api_key
    FOR EACH STATEMENT EXECUTE FUNCTION announce_keys();
CREATE TRIGGER workspace_changed AFTER DELETE OR UPDATE OF archived_at ON workspace
    FOR EACH STATEMENT EXECUTE FUNCTION announce_keys();
CREATE TRIGGER member_changed AFTER DELETE OR UPDATE OF role, workspace_id ON member
    FOR EACH STATEMENT EXECUTE FUNCTION announce_keys();
