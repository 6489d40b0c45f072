-- What each server has seen of the versions that rollouts compare, for all to judge by: dev.stoa.inference.routing.
CREATE TABLE rollout_seen (
    version        text NOT NULL,
    server         uuid NOT NULL,
    seen_at        timestamptz NOT NULL,
    -- Of its last requests, the oldest first.
    failed         boolean[] NOT NULL,
    -- Null where there was none.
    first_token_us bigint[] NOT NULL,
    PRIMARY KEY (version, server)
);
