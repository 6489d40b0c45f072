-- Who switched a key off: not everybody may switch it on again. Null where that was before this was written down.
ALTER TABLE api_key ADD COLUMN disabled_by uuid REFERENCES member;

-- A key that was archived while it was switched on went on to work.
UPDATE api_key SET disabled_at = archived_at WHERE archived_at IS NOT NULL AND disabled_at IS NULL;
ALTER TABLE api_key ADD CONSTRAINT api_key_archived_is_off CHECK (archived_at IS NULL OR disabled_at IS NOT NULL);
