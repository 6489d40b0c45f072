-- What a model did before and between the words of an answer: its thinking, its calls of tools, as one text that only
-- grows (dev.stoa.conversation.Steps), logged and compacted as the answer's own text is.
ALTER TABLE run_event
    ADD COLUMN steps text NOT NULL DEFAULT '',
    -- UTF-16 code units of the steps up to the end of this piece.
    ADD COLUMN steps_end integer NOT NULL DEFAULT 0 CHECK (steps_end >= 0);

ALTER TABLE message ADD COLUMN steps text NOT NULL DEFAULT '';
