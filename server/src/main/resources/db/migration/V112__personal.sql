-- What a person tells models about how to answer: it stands before every prompt, in an order in which what changes
-- seldom comes first.
CREATE TABLE personal_instructions (
    member_id  uuid PRIMARY KEY REFERENCES member ON DELETE CASCADE,
    text       text NOT NULL,
    use_memory boolean NOT NULL
);

CREATE TABLE memory (
    id         uuid PRIMARY KEY,
    member_id  uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    text       text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX memory_member ON memory (member_id, created_at, id);

CREATE TABLE preset (
    id         uuid PRIMARY KEY,
    member_id  uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    name       text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX preset_member ON preset (member_id, created_at, id);

CREATE TABLE project (
    id           uuid PRIMARY KEY,
    member_id    uuid NOT NULL REFERENCES member ON DELETE CASCADE,
    name         text NOT NULL,
    instructions text NOT NULL,
    created_at   timestamptz NOT NULL
);
CREATE INDEX project_member ON project (member_id, created_at, id);

CREATE TABLE project_attachment (
    project_id    uuid NOT NULL REFERENCES project ON DELETE CASCADE,
    position      integer NOT NULL CHECK (position >= 0),
    attachment_id uuid NOT NULL REFERENCES attachment ON DELETE CASCADE,
    PRIMARY KEY (project_id, attachment_id)
);
CREATE INDEX project_attachment_attachment ON project_attachment (attachment_id);

ALTER TABLE conversation
    -- A preset's text as it was when it was chosen, so that a thread's prompts keep their beginning.
    ADD COLUMN instructions text NOT NULL DEFAULT '',
    ADD COLUMN project_id uuid REFERENCES project ON DELETE SET NULL;
CREATE INDEX conversation_project ON conversation (project_id) WHERE project_id IS NOT NULL;

-- A file goes with the last that has it, a question or a project.
CREATE OR REPLACE FUNCTION stoa_drop_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM attachment a WHERE a.id = OLD.attachment_id
        AND NOT EXISTS (SELECT 1 FROM question_attachment q WHERE q.attachment_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM project_attachment p WHERE p.attachment_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = OLD.conversation_id);
    RETURN NULL;
END $$;

CREATE FUNCTION stoa_drop_project_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM attachment a WHERE a.id = OLD.attachment_id
        AND NOT EXISTS (SELECT 1 FROM question_attachment q WHERE q.attachment_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM project_attachment p WHERE p.attachment_id = a.id);
    RETURN NULL;
END $$;

-- Deferred to the transaction's end: a project's files are replaced by taking all out and putting those that stay in.
CREATE CONSTRAINT TRIGGER project_attachment_gone AFTER DELETE ON project_attachment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stoa_drop_project_attachment();
