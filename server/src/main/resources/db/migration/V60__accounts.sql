-- Accounts: who signs in with a password, from which device a session came, and links that let somebody in.

ALTER TABLE member DROP CONSTRAINT member_role_check;
UPDATE member SET role = 'operator' WHERE id = (SELECT id FROM member ORDER BY created_at, id LIMIT 1);
ALTER TABLE member
    -- As dev.stoa.identity.Email writes it: in small letters.
    ADD COLUMN email text,
    -- Argon2id in its own text form; null for a member who has no password.
    ADD COLUMN password_hash text,
    ADD COLUMN removed_at timestamptz,
    ADD CONSTRAINT member_role_check CHECK (role IN ('operator', 'admin', 'developer', 'user')),
    ADD CONSTRAINT member_password_email CHECK (password_hash IS NULL OR email IS NOT NULL);
CREATE UNIQUE INDEX member_email ON member (email) WHERE removed_at IS NULL;

ALTER TABLE session
    -- Null for a session that a password opened: such a one doesn't end with a key.
    ALTER COLUMN api_key_id DROP NOT NULL,
    ADD COLUMN member_id uuid REFERENCES member ON DELETE CASCADE,
    ADD COLUMN user_agent text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '';
UPDATE session SET member_id = (SELECT k.member_id FROM api_key k WHERE k.id = session.api_key_id);
ALTER TABLE session ALTER COLUMN member_id SET NOT NULL;
CREATE INDEX session_member ON session (member_id);

-- A link lets one person in once: to become a member, or to choose a new password. Its secret is kept as a hash.
CREATE TABLE account_link (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization,
    kind            text NOT NULL CHECK (kind IN ('invitation', 'password_reset')),
    hash            bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    email           text,
    role            text NOT NULL CHECK (role IN ('operator', 'admin', 'developer', 'user')),
    -- Whose password; for an invitation the member that came of it.
    member_id       uuid REFERENCES member ON DELETE CASCADE,
    created_by      uuid NOT NULL REFERENCES member,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    withdrawn_at    timestamptz,
    CHECK (kind = 'invitation' OR member_id IS NOT NULL)
);
CREATE INDEX account_link_list ON account_link (organization_id, kind, id DESC);

-- A session that ends, or a member who leaves, is gone on every server at once.
CREATE TRIGGER session_ended AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION announce_keys();
DROP TRIGGER member_changed ON member;
CREATE TRIGGER member_changed AFTER DELETE OR UPDATE OF role, workspace_id, removed_at ON member
    FOR EACH STATEMENT EXECUTE FUNCTION announce_keys();
