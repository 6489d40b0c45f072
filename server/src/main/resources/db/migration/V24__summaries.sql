-- What a model made of the older part of a branch when the thread outgrew its window: it stands for everything up to and
-- with message_id, on every branch through that message. The messages themselves stay as they are.
CREATE TABLE summary (
    message_id      uuid PRIMARY KEY,
    conversation_id uuid NOT NULL,
    text            text NOT NULL,
    model           text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (conversation_id, message_id) REFERENCES message (conversation_id, id) ON DELETE CASCADE
);

CREATE INDEX summary_conversation ON summary (conversation_id);

CREATE TRIGGER summary_version AFTER INSERT ON summary
    FOR EACH ROW EXECUTE FUNCTION stoa_version_queue();
