-- Single sign-on: who a member is at an OpenID Connect provider. A provider's subject is the same for ever; an address is not.
CREATE TABLE sign_on (
    id           uuid PRIMARY KEY,
    -- Stays when the member is removed, so that whoever was put out doesn't come in again as somebody new.
    member_id    uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    issuer       text NOT NULL,
    subject      text NOT NULL,
    -- What the provider calls the person, for its owner to recognise it by.
    label        text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    UNIQUE (issuer, subject)
);
CREATE INDEX sign_on_member ON sign_on (member_id, id);

-- A person who is on the way to the provider and back. Taken away when they are.
CREATE TABLE sign_on_attempt (
    -- SHA-256 of the state.
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    nonce      text NOT NULL,
    -- Of PKCE: asked for when the code is redeemed.
    verifier   text NOT NULL,
    -- Who links an account; null for a sign-in.
    member_id  uuid REFERENCES member ON DELETE CASCADE,
    -- SHA-256 of the secret of the invitation that is used.
    link_hash  bytea,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_on_attempt_expires_at ON sign_on_attempt (expires_at);

-- How a session was opened; it ends when that way in is closed.
ALTER TABLE session ADD COLUMN sign_on_id uuid REFERENCES sign_on ON DELETE CASCADE;
CREATE INDEX session_sign_on ON session (sign_on_id) WHERE sign_on_id IS NOT NULL;
