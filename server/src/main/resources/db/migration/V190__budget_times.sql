-- When a budget was set first, and when its amount was changed last. Of those that there are nobody knows.
ALTER TABLE budget
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
