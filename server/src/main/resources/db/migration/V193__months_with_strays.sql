-- As before (V101), but what a clock that was far off has put into such a month is moved there: a partition can't be made
-- while the default one holds rows of its time.
CREATE OR REPLACE FUNCTION usage_month(day timestamptz) RETURNS void LANGUAGE plpgsql
    -- Whoever reads the ledger for long, such as a dump, holds this up, and this every event: then it is for later.
    SET lock_timeout = '3s' AS $$
DECLARE
    begins timestamptz := date_trunc('month', day, 'UTC');
    ends   timestamptz := (begins AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    name   text := 'usage_event_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('usage_month'));
    IF to_regclass(name) IS NULL THEN
        -- Nothing may come in between.
        LOCK TABLE ONLY usage_event IN SHARE ROW EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE %I (LIKE usage_event INCLUDING ALL)', name);
        EXECUTE format('WITH strays AS (DELETE FROM usage_event_other WHERE at >= %L AND at < %L RETURNING *)'
            ' INSERT INTO %I SELECT * FROM strays', begins, ends, name);
        EXECUTE format('ALTER TABLE usage_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begins, ends);
    END IF;
END
$$;
