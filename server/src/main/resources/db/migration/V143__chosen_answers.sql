-- In a group of questions that were asked together an answer has the next question behind it, so another version of it can't
-- take its place in the tree. It is chosen here instead: whoever reads on reads it in this one's place. No foreign key:
-- messages go only with their conversation.
ALTER TABLE message ADD COLUMN chosen_id uuid;
