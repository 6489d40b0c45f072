-- Limits and budgets of a person, over all of their keys and sessions.
ALTER TABLE rate_limit DROP CONSTRAINT rate_limit_scope_kind_check,
    ADD CONSTRAINT rate_limit_scope_kind_check CHECK (scope_kind IN ('organization', 'workspace', 'member', 'key'));
ALTER TABLE budget DROP CONSTRAINT budget_scope_kind_check,
    ADD CONSTRAINT budget_scope_kind_check CHECK (scope_kind IN ('organization', 'workspace', 'member', 'key'));
