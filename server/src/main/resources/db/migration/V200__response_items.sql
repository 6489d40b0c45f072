-- The items of a response's output by their ids, by which later requests name them ("item_reference"). They stand in "body"
-- as well, but with all that it echoes, and jsonb can't hold them.
ALTER TABLE response ADD COLUMN output_ids text[] NOT NULL DEFAULT '{}';
ALTER TABLE response ADD COLUMN output_items text[] NOT NULL DEFAULT '{}';

CREATE INDEX response_output_ids ON response USING gin (output_ids);
