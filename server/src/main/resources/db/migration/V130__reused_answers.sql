-- Answers that may be given again, for organizations that want it: dev.stoa.inference.reuse, docs/decisions/0034.
CREATE TABLE answer_cache (
    organization_id uuid PRIMARY KEY REFERENCES organization,
    ttl_seconds     bigint NOT NULL CHECK (ttl_seconds > 0),
    -- What keys are made with, sealed with the master key; a new one makes all that is kept unfindable.
    salt            bytea NOT NULL,
    -- Of its answers together.
    bytes           bigint NOT NULL DEFAULT 0
);

CREATE TABLE cached_answer (
    organization_id uuid NOT NULL REFERENCES answer_cache ON DELETE CASCADE,
    key             bytea NOT NULL,
    -- Sealed with the master key.
    answer          bytea NOT NULL,
    bytes           bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, key)
);

CREATE INDEX cached_answer_by_age ON cached_answer (organization_id, created_at);

CREATE FUNCTION announce_answer_cache() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stoa', 'answer_cache');
    RETURN NULL;
END
$$;

CREATE TRIGGER answer_cache_changed AFTER INSERT OR DELETE OR UPDATE OF ttl_seconds, salt ON answer_cache
    FOR EACH STATEMENT EXECUTE FUNCTION announce_answer_cache();

ALTER TABLE usage_event
    ADD COLUMN reuse text,
    ADD COLUMN reused_tokens integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN usage_event.reuse IS 'hit, shared or miss; null where no other answer was looked for';
COMMENT ON COLUMN usage_event.reused_tokens IS 'of the answer, with its prompt, that were not computed for this request';
