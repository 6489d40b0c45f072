-- How long an organization keeps conversations. Without a row: for ever, and a deletion can be taken back for as long as
-- dev.stoa.conversation.ConversationLimits says.
CREATE TABLE retention (
    organization_id   uuid PRIMARY KEY REFERENCES organization ON DELETE CASCADE,
    -- Days without a change after which a conversation is gone for good; null for never.
    conversation_days integer CHECK (conversation_days BETWEEN 1 AND 36500),
    -- Days for which a deletion can be taken back; null for the server's own.
    deleted_days      integer CHECK (deleted_days BETWEEN 0 AND 36500)
);
