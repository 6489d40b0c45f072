-- What counts against limits and budgets, a row for each scope (an organization, a workspace, a key; for one model or
-- for all). The state is dev.stoa.admission.ScopeState's own encoding: it is changed as a whole under the row's lock.
CREATE TABLE limit_state (
    key        text PRIMARY KEY,
    state      bytea NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- What is allowed. A bound that is null is not set: the server's default for keys, none for the others.
CREATE TABLE rate_limit (
    scope_kind               text NOT NULL CHECK (scope_kind IN ('organization', 'workspace', 'key')),
    scope_id                 uuid NOT NULL,
    -- Empty for all models together.
    model                    text NOT NULL DEFAULT '',
    requests_per_minute      bigint CHECK (requests_per_minute > 0),
    input_tokens_per_minute  bigint CHECK (input_tokens_per_minute > 0),
    output_tokens_per_minute bigint CHECK (output_tokens_per_minute > 0),
    in_flight                bigint CHECK (in_flight > 0),
    PRIMARY KEY (scope_kind, scope_id, model)
);

CREATE TABLE budget (
    scope_kind text NOT NULL CHECK (scope_kind IN ('organization', 'workspace', 'key')),
    scope_id   uuid NOT NULL,
    model      text NOT NULL DEFAULT '',
    period     text NOT NULL CHECK (period IN ('day', 'week', 'month')),
    unit       text NOT NULL CHECK (unit IN ('tokens', 'nanodollars')),
    amount     bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (scope_kind, scope_id, model, period, unit)
);

-- Servers hear of a change at once: see dev.stoa.shared.Announcements.
CREATE FUNCTION announce_limits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('stoa', 'limits');
    RETURN NULL;
END
$$;

CREATE TRIGGER rate_limit_changed AFTER INSERT OR UPDATE OR DELETE ON rate_limit
    FOR EACH STATEMENT EXECUTE FUNCTION announce_limits();
CREATE TRIGGER budget_changed AFTER INSERT OR UPDATE OR DELETE ON budget
    FOR EACH STATEMENT EXECUTE FUNCTION announce_limits();
