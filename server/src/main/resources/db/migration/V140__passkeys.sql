-- Passkeys: a public key of a member's authenticator each. Nothing here is secret.
CREATE TABLE passkey (
    id              uuid PRIMARY KEY,
    member_id       uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    -- As the authenticator names it.
    credential_id   bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    name            text NOT NULL,
    -- WebAuthn's attested credential data: the kind of authenticator, the credential's id, its public key.
    credential      bytea NOT NULL,
    -- Grows with each use where the authenticator counts; 0 where it doesn't.
    counter         bigint NOT NULL CHECK (counter >= 0),
    backup_eligible boolean NOT NULL,
    backed_up       boolean NOT NULL,
    transports      text[] NOT NULL,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz
);
CREATE INDEX passkey_member ON passkey (member_id, id);

-- What an authenticator is asked to sign. Whoever comes back with it takes it away, so it counts once.
CREATE TABLE passkey_challenge (
    -- SHA-256 of the challenge.
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    -- Who registers; null for a sign-in.
    member_id  uuid REFERENCES member ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_expires_at ON passkey_challenge (expires_at);
