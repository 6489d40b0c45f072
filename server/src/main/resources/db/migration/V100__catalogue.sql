-- What an operator has said of models, on top of what the servers' settings name. Documents are records of
-- dev.stoa.inference.routing, written and read as a whole.
CREATE TABLE catalogue_upstream (
    name       text PRIMARY KEY,
    document   jsonb NOT NULL,
    -- AES-GCM under the servers' master key; null where the upstream wants none.
    sealed_key bytea
);

CREATE TABLE catalogue_version (
    id         text PRIMARY KEY,
    document   jsonb NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE catalogue_alias (
    name       text PRIMARY KEY,
    document   jsonb NOT NULL
);

-- Servers hear of a change at once: see dev.stoa.shared.Announcements.
CREATE FUNCTION announce_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stoa', 'catalogue');
    RETURN NULL;
END
$$;

CREATE TRIGGER catalogue_upstream_changed AFTER INSERT OR UPDATE OR DELETE ON catalogue_upstream
    FOR EACH STATEMENT EXECUTE FUNCTION announce_catalogue();
CREATE TRIGGER catalogue_version_changed AFTER INSERT OR UPDATE OR DELETE ON catalogue_version
    FOR EACH STATEMENT EXECUTE FUNCTION announce_catalogue();
CREATE TRIGGER catalogue_alias_changed AFTER INSERT OR UPDATE OR DELETE ON catalogue_alias
    FOR EACH STATEMENT EXECUTE FUNCTION announce_catalogue();
