-- Who named a conversation: nobody yet (words: the first words of its first question stand in), a model that is at it
-- (asked), a model, or the person, whose own title nothing replaces.
ALTER TABLE conversation
    ADD COLUMN title_source text NOT NULL DEFAULT 'person'
        CHECK (title_source IN ('words', 'asked', 'model', 'person')),
    -- What is typed and not sent, and the last message that was read, for the person's other devices.
    ADD COLUMN draft text NOT NULL DEFAULT '',
    ADD COLUMN read_id uuid;
