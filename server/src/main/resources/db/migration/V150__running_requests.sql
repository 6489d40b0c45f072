-- An administrator may want a running request to end; the server that runs it hears of it at once.
ALTER TABLE usage_open ADD COLUMN stop_requested boolean NOT NULL DEFAULT false;

CREATE FUNCTION announce_stops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stoa', 'stops');
    RETURN NULL;
END
$$;

CREATE TRIGGER usage_open_stopped AFTER UPDATE OF stop_requested ON usage_open
    FOR EACH STATEMENT EXECUTE FUNCTION announce_stops();
