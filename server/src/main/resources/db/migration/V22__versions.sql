-- Every change of a conversation or of what is in it gives the conversation a new version from its member's clock. The
-- clock's row is locked until the change commits, so versions become visible in their order: whoever has seen version n
-- asks for what is above n and misses nothing.

CREATE TABLE member_clock (
    member_id uuid PRIMARY KEY REFERENCES member ON DELETE CASCADE,
    version   bigint NOT NULL
);

ALTER TABLE conversation
    ADD COLUMN version bigint NOT NULL DEFAULT 0,
    ADD COLUMN pinned_at timestamptz,
    ADD COLUMN archived_at timestamptz,
    -- Hidden at once, gone for good some time later: until then it can be taken back.
    ADD COLUMN deleted_at timestamptz;

ALTER TABLE message ADD COLUMN version bigint NOT NULL DEFAULT 0;

CREATE INDEX conversation_version ON conversation (member_id, version);
CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX message_version ON message (conversation_id, version);

CREATE FUNCTION stoa_version_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO member_clock (member_id, version) VALUES (NEW.member_id, 1)
        ON CONFLICT (member_id) DO UPDATE SET version = member_clock.version + 1
        RETURNING version INTO NEW.version;
    PERFORM pg_notify('stoa', NEW.member_id::text);
    RETURN NEW;
END $$;

CREATE TRIGGER conversation_version BEFORE INSERT OR UPDATE ON conversation
    FOR EACH ROW EXECUTE FUNCTION stoa_version_conversation();

-- A message carries the version of its last change; an end moves its conversation to the front.
CREATE FUNCTION stoa_version_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversation SET updated_at = CASE
            WHEN TG_OP = 'UPDATE' THEN greatest(updated_at, clock_timestamp()) ELSE updated_at END
        WHERE id = NEW.conversation_id RETURNING version INTO NEW.version;
    RETURN NEW;
END $$;

CREATE TRIGGER message_version BEFORE INSERT OR UPDATE ON message
    FOR EACH ROW EXECUTE FUNCTION stoa_version_message();

CREATE FUNCTION stoa_version_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conversation SET version = version WHERE id = coalesce(NEW.conversation_id, OLD.conversation_id);
    RETURN NULL;
END $$;

CREATE TRIGGER queue_version AFTER INSERT OR UPDATE OR DELETE ON queued_question
    FOR EACH ROW EXECUTE FUNCTION stoa_version_queue();

-- Search over all that was said. The simple configuration: conversations are in any language, and a wrong stemmer loses
-- hits. An answer is found when it has ended.
ALTER TABLE message ADD COLUMN words tsvector
    GENERATED ALWAYS AS (to_tsvector('simple', left(text, 200000))) STORED;
CREATE INDEX message_words ON message USING gin (words);
