-- The ledger by months, so that old ones can be dropped as a whole and an index never grows past a month.
ALTER TABLE usage_event RENAME TO usage_event_before;
ALTER TABLE usage_event_before RENAME CONSTRAINT usage_event_pkey TO usage_event_before_pkey;
ALTER INDEX usage_event_by_organization RENAME TO usage_event_before_by_organization;
ALTER INDEX usage_event_by_credential RENAME TO usage_event_before_by_credential;

CREATE TABLE usage_event (
    request_id       text NOT NULL,
    at               timestamptz NOT NULL,
    organization_id  uuid NOT NULL,
    workspace_id     uuid NOT NULL,
    member_id        uuid NOT NULL,
    credential_id    uuid NOT NULL,
    surface          text NOT NULL,
    model            text NOT NULL,
    outcome          text NOT NULL,
    stop_reason      text,
    input_tokens     integer NOT NULL,
    cached_tokens    integer NOT NULL,
    output_tokens    integer NOT NULL,
    thinking_tokens  integer NOT NULL DEFAULT 0,
    queue_ms         integer,
    accepted_ms      integer,
    first_token_ms   integer,
    total_ms         integer NOT NULL,
    cost_nanodollars bigint NOT NULL DEFAULT 0,
    -- A request's time never changes, so this is as unique as its name.
    PRIMARY KEY (request_id, at)
) PARTITION BY RANGE (at);

COMMENT ON COLUMN usage_event.at IS 'when the request came';
COMMENT ON COLUMN usage_event.queue_ms IS 'in the worker''s own queue; null where it does not tell';
COMMENT ON COLUMN usage_event.accepted_ms IS 'from its coming until a worker had taken it; null if none did';
COMMENT ON COLUMN usage_event.first_token_ms IS 'until its first text; null if there was none';
COMMENT ON COLUMN usage_event.cost_nanodollars IS 'billionths of a dollar, at the prices of the time';

CREATE INDEX usage_event_by_organization ON usage_event (organization_id, at);

-- For a clock that is far off; what should be in a month of its own never comes here, as months are made ahead.
CREATE TABLE usage_event_other PARTITION OF usage_event DEFAULT;

-- Makes the partition of a time's month (UTC), unless there is one.
CREATE FUNCTION usage_month(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    begins timestamptz := date_trunc('month', day, 'UTC');
    name   text := 'usage_event_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('usage_month'));
    IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF usage_event FOR VALUES FROM (%L) TO (%L)',
            name, begins, (begins AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
    END IF;
END
$$;

SELECT usage_month(month) FROM (SELECT DISTINCT date_trunc('month', at, 'UTC') AS month FROM usage_event_before) AS months;
SELECT usage_month(now() + n * interval '28 days') FROM generate_series(0, 2) AS n;

INSERT INTO usage_event
    (request_id, at, organization_id, workspace_id, member_id, credential_id, surface, model, outcome, stop_reason,
     input_tokens, cached_tokens, output_tokens, accepted_ms, first_token_ms, total_ms, cost_nanodollars)
SELECT request_id, at, organization_id, workspace_id, member_id, credential_id, surface, model, outcome, stop_reason,
    input_tokens, cached_tokens, output_tokens, accepted_ms, first_token_ms, total_ms, cost_nanodollars
FROM usage_event_before;

DROP TABLE usage_event_before;

-- Sums by hour and day (UTC), written together with the events that they sum up. By minute there would be as many sums
-- as events, as a rule: docs/decisions/0027.
CREATE TABLE usage_sum (
    organization_id  uuid NOT NULL,
    width            text NOT NULL CHECK (width IN ('hour', 'day')),
    bucket           timestamptz NOT NULL,
    workspace_id     uuid NOT NULL,
    member_id        uuid NOT NULL,
    credential_id    uuid NOT NULL,
    model            text NOT NULL,
    requests         bigint NOT NULL,
    input_tokens     bigint NOT NULL,
    cached_tokens    bigint NOT NULL,
    output_tokens    bigint NOT NULL,
    cost_nanodollars bigint NOT NULL,
    PRIMARY KEY (organization_id, width, bucket, workspace_id, member_id, credential_id, model)
) WITH (fillfactor = 80);

INSERT INTO usage_sum
SELECT organization_id, width, date_trunc(width, at, 'UTC'), workspace_id, member_id, credential_id, model,
    count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost_nanodollars)
FROM usage_event CROSS JOIN (VALUES ('hour'), ('day')) AS widths (width)
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Requests that run, as their servers last told; those of a server that was killed become events of what is here.
CREATE TABLE usage_open (
    request_id       text PRIMARY KEY,
    server           uuid NOT NULL,
    at               timestamptz NOT NULL,
    seen_at          timestamptz NOT NULL,
    organization_id  uuid NOT NULL,
    workspace_id     uuid NOT NULL,
    member_id        uuid NOT NULL,
    credential_id    uuid NOT NULL,
    surface          text NOT NULL,
    model            text NOT NULL,
    input_tokens     integer NOT NULL,
    cached_tokens    integer NOT NULL,
    output_tokens    integer NOT NULL,
    thinking_tokens  integer NOT NULL,
    cost_nanodollars bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE usage_server (
    id      uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
