-- Ids of the items of a response's output, by which later requests name them ("item_reference").
ALTER TABLE response ADD COLUMN output_ids text[] NOT NULL DEFAULT '{}';

CREATE INDEX response_output_ids ON response USING gin (output_ids);
