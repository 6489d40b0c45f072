-- Several questions of one thread at once, and questions that wait their turn.

-- A question that was asked beside others while they were being answered: it stands behind them in the tree, so that
-- later turns see all in order, but its answer knows the thread only up to context_id (null: nothing of it).
ALTER TABLE message
    ADD COLUMN together boolean NOT NULL DEFAULT false,
    ADD COLUMN context_id uuid,
    ADD FOREIGN KEY (conversation_id, context_id) REFERENCES message (conversation_id, id),
    ADD CHECK (NOT together OR role = 'user'),
    ADD CHECK (together OR context_id IS NULL),
    DROP CONSTRAINT message_state_check,
    ADD CONSTRAINT message_state_check CHECK
        (state IN ('complete', 'generating', 'stopped', 'steered', 'interrupted', 'failed', 'refused'));

ALTER TABLE run ADD COLUMN steer_requested boolean NOT NULL DEFAULT false;

-- What becomes of a question that is asked while another is being answered.
ALTER TABLE conversation ADD COLUMN policy text NOT NULL DEFAULT 'together'
    CHECK (policy IN ('together', 'after', 'instead', 'steer'));

-- Not a message yet: it may still be moved, changed and removed.
CREATE TABLE queued_question (
    id              uuid PRIMARY KEY,
    reply_id        uuid NOT NULL UNIQUE,
    conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    -- The answer whose end it waits for; moves on as those before it are asked.
    after_id        uuid NOT NULL,
    rank            integer NOT NULL,
    text            text NOT NULL,
    model           text,
    seed            bigint NOT NULL,
    organization_id uuid NOT NULL,
    workspace_id    uuid NOT NULL,
    member_id       uuid NOT NULL,
    credential_id   uuid NOT NULL,
    created_at      timestamptz NOT NULL,
    FOREIGN KEY (conversation_id, after_id) REFERENCES message (conversation_id, id)
);

CREATE INDEX queued_question_order ON queued_question (conversation_id, rank);
