-- Conversations are trees of messages. A message is never changed after it has ended and never moved; an answer is a
-- row from the moment its run is accepted, so that nothing that was acknowledged can be lost.

CREATE TABLE conversation (
    id         uuid PRIMARY KEY,
    member_id  uuid NOT NULL REFERENCES member,
    title      text NOT NULL,
    model      text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The list of a member's conversations, last changed first, page by page.
CREATE INDEX conversation_list ON conversation (member_id, updated_at DESC, id DESC);

CREATE TABLE message (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation ON DELETE CASCADE,
    position        bigint GENERATED ALWAYS AS IDENTITY,
    parent_id       uuid,
    role            text NOT NULL CHECK (role IN ('user', 'assistant')),
    text            text NOT NULL,
    state           text NOT NULL
        CHECK (state IN ('complete', 'generating', 'stopped', 'interrupted', 'failed', 'refused')),
    error_type      text,
    error_message   text,
    -- Of a question: the model that was asked for, if one was. Of an answer: the model that writes it.
    model           text,
    input_tokens    integer,
    output_tokens   integer,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    -- The server whose run writes this answer, and its last sign of life by the database's clock.
    server_id       uuid,
    heartbeat_at    timestamptz,
    stop_requested  boolean NOT NULL DEFAULT false,
    UNIQUE (conversation_id, id),
    -- A parent is a message of the same conversation.
    FOREIGN KEY (conversation_id, parent_id) REFERENCES message (conversation_id, id),
    CHECK (role = 'assistant' OR state = 'complete'),
    CHECK (role = 'user' OR parent_id IS NOT NULL),
    CHECK ((error_type IS NULL) = (error_message IS NULL)),
    CHECK ((state = 'generating') = (ended_at IS NULL)),
    CHECK (state <> 'generating' OR (server_id IS NOT NULL AND heartbeat_at IS NOT NULL))
);

CREATE INDEX message_order ON message (conversation_id, position);
CREATE INDEX message_parent ON message (conversation_id, parent_id);
-- What runs: the reaper's and the member limit's scan, a handful of rows.
CREATE INDEX message_generating ON message (heartbeat_at) WHERE state = 'generating';
