-- What people thought of answers, with what was asked and answered, for whoever judges models by it. It goes with the
-- message.
CREATE TABLE feedback (
    message_id      uuid PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    member_id       uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    rating          text NOT NULL CHECK (rating IN ('up', 'down')),
    comment         text NOT NULL,
    model           text,
    -- [{"role", "text"}], oldest first, the question last.
    prompt          jsonb NOT NULL,
    answer          text NOT NULL,
    created_at      timestamptz NOT NULL
);
CREATE INDEX feedback_organization ON feedback (organization_id, created_at, message_id);
