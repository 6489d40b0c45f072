-- An answer that was chosen in the place of another of its group is a version within that group, and stays one when the
-- choice is taken back: whoever opens the conversation sees the group, not the branch that ends at this answer.
ALTER TABLE message ADD COLUMN in_group boolean NOT NULL DEFAULT false;

ALTER TABLE message DISABLE TRIGGER message_version;
UPDATE message SET in_group = true WHERE id IN (SELECT chosen_id FROM message WHERE chosen_id IS NOT NULL);
ALTER TABLE message ENABLE TRIGGER message_version;
