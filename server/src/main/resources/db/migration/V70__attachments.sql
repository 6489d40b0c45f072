-- Files that were attached to questions, as text: what a model sees of them. The same file may be attached to several
-- questions (the parts of one message, an edit), by whoever it belongs to.
CREATE TABLE attachment (
    id         uuid PRIMARY KEY,
    member_id  uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    name       text NOT NULL,
    media_type text NOT NULL,
    -- Of the file itself.
    size       integer NOT NULL CHECK (size >= 0),
    pages      integer NOT NULL CHECK (pages >= 0),
    text       text NOT NULL,
    -- Whether the file goes on after the text.
    cut        boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX attachment_member ON attachment (member_id, created_at);

-- question_id names a message, or a question that waits and becomes the message with that id.
CREATE TABLE question_attachment (
    question_id     uuid NOT NULL,
    position        integer NOT NULL CHECK (position >= 0),
    attachment_id   uuid NOT NULL REFERENCES attachment ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    PRIMARY KEY (question_id, position),
    UNIQUE (question_id, attachment_id)
);

CREATE INDEX question_attachment_attachment ON question_attachment (attachment_id);
CREATE INDEX question_attachment_conversation ON question_attachment (conversation_id);

-- A file goes when its conversations are gone for good. A question that is taken out of the queue leaves its files to the
-- box that it goes back to; what no question takes then goes with the others that wait.
CREATE FUNCTION stoa_drop_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM attachment a WHERE a.id = OLD.attachment_id
        AND NOT EXISTS (SELECT 1 FROM question_attachment q WHERE q.attachment_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = OLD.conversation_id);
    RETURN NULL;
END $$;

CREATE TRIGGER question_attachment_gone AFTER DELETE ON question_attachment
    FOR EACH ROW EXECUTE FUNCTION stoa_drop_attachment();
