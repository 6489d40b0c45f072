-- What servers learnt of deployments that fail: a row each time that a circuit breaker changed its mind.
CREATE TABLE upstream_incident (
    id           uuid PRIMARY KEY,
    at           timestamptz NOT NULL,
    -- Version and deployment, as metrics name it.
    deployment   text NOT NULL,
    state        text NOT NULL CHECK (state IN ('open', 'half_open', 'closed')),
    -- Percent of the last calls; null where it was not what changed the state.
    failure_rate real
);
CREATE INDEX upstream_incident_list ON upstream_incident (id DESC);
