-- Events that Kafka is still to be told of: dev.stoa.usage.kafka, docs/decisions/0046.

-- The server whose turn it is to tell; no row while none was ever asked to.
CREATE TABLE usage_exporter (
    one           boolean PRIMARY KEY DEFAULT true CHECK (one),
    server        uuid NOT NULL,
    until         timestamptz NOT NULL,
    collect_until timestamptz NOT NULL
) WITH (fillfactor = 50);

COMMENT ON COLUMN usage_exporter.until IS 'when another may take the turn, unless this one says more';
COMMENT ON COLUMN usage_exporter.collect_until IS
    'until then events are put into usage_outbox; put off again and again while some server is set to export';

-- Written in the statement that writes the event, deleted once a broker has it. What commits late under an early position
-- is found at the next look, as nothing remembers a position.
CREATE TABLE usage_outbox (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id text NOT NULL,
    at         timestamptz NOT NULL,
    queued_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
