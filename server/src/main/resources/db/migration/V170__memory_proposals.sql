-- What a model proposes to keep in mind of a person, made of one question of the person's own. Nothing of it is
-- remembered before the person says so. A question is looked at once, whoever answers it and however often.
CREATE TABLE memory_proposal (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL,
    message_id      uuid NOT NULL UNIQUE,
    -- asked: a model is looking, or found nothing. open: the person may take it or not. closed: it did one or the other.
    state           text NOT NULL CHECK (state IN ('asked', 'open', 'closed')),
    text            text,
    created_at      timestamptz NOT NULL,
    FOREIGN KEY (conversation_id, message_id) REFERENCES message (conversation_id, id) ON DELETE CASCADE,
    CHECK ((state = 'asked') = (text IS NULL))
);
CREATE INDEX memory_proposal_open ON memory_proposal (conversation_id, created_at) WHERE state = 'open';

-- All devices hear of it as of every change in the conversation.
CREATE FUNCTION stoa_version_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversation SET version = version WHERE id = NEW.conversation_id;
    RETURN NULL;
END $$;

CREATE TRIGGER memory_proposal_version AFTER UPDATE ON memory_proposal
    FOR EACH ROW EXECUTE FUNCTION stoa_version_proposal();

ALTER TABLE personal_instructions ADD COLUMN suggest_memory boolean NOT NULL DEFAULT true;
