-- Wrong attempts to sign in, counted over all servers. Unlogged: after a crash of the database counting begins anew, which
-- gives an attacker one more window at most, and a flood of attempts writes no log.
CREATE UNLOGGED TABLE sign_in_attempt (
    -- SHA-256 of what is counted and whose it is.
    hash     bytea PRIMARY KEY CHECK (length(hash) = 32),
    failures integer NOT NULL,
    ends_at  timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX sign_in_attempt_ends_at ON sign_in_attempt (ends_at);
