-- Ids are opaque text and appear once, in the table they name; everything else refers to the integer key.

CREATE TABLE users (
    key                 INTEGER PRIMARY KEY,
    id                  TEXT NOT NULL UNIQUE,
    username            TEXT NOT NULL,
    username_key        TEXT NOT NULL UNIQUE,         -- lower case
    email               TEXT NOT NULL UNIQUE,         -- lower case
    password_hash       TEXT NOT NULL,
    role                TEXT NOT NULL,
    is_active           BIGINT NOT NULL,
    avatar              TEXT,
    full_name           TEXT,
    first_name          TEXT,
    last_name           TEXT,
    phone               TEXT UNIQUE,
    whatsapp_number     TEXT UNIQUE,
    gallery_id          TEXT,
    last_seen           BIGINT,
    password_changed_at BIGINT NOT NULL,
    conversation_count  BIGINT NOT NULL DEFAULT 0,    -- direct and group conversations of this user
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL
);
CREATE INDEX users_active ON users (username_key) WHERE is_active = 1;
CREATE INDEX users_admin ON users (key) WHERE role = 'ADMIN';

CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('active_users', 0);

CREATE TABLE sessions (
    id           TEXT NOT NULL PRIMARY KEY,
    user_key     BIGINT NOT NULL REFERENCES users (key),
    ip           TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    revoked      BIGINT NOT NULL DEFAULT 0,
    generation   BIGINT NOT NULL,
    jti          TEXT NOT NULL,                       -- of the current generation
    issued_at    BIGINT NOT NULL,
    previous_jti TEXT NOT NULL DEFAULT '',
    rotated_at   BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_key);
CREATE INDEX sessions_issued ON sessions (issued_at);

-- Refresh tokens that were replaced within the grace period: their replay is no theft yet.
CREATE TABLE session_spent_tokens (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    jti        TEXT NOT NULL,
    spent_at   BIGINT NOT NULL,
    PRIMARY KEY (session_id, jti)
) WITHOUT ROWID;

CREATE TABLE token_blacklist (
    token_hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX token_blacklist_expiry ON token_blacklist (expires_at);

CREATE TABLE conversations (
    key               INTEGER PRIMARY KEY,
    id                TEXT NOT NULL UNIQUE,
    kind              TEXT NOT NULL,
    name              TEXT NOT NULL DEFAULT '',
    direct_pair       TEXT UNIQUE,                    -- "smaller:larger" user key of a direct conversation
    participant_count BIGINT NOT NULL,
    last_seq          BIGINT NOT NULL DEFAULT 0,
    active_at         BIGINT NOT NULL,                -- time of the newest message, else of creation
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);

-- settled: how many messages need no reading by this member: own ones and read ones. Unread = last_seq - settled.
-- read_seq: all messages up to here are settled.
-- listed_at: orders this member's list, newest activity first. It is moved only when the conversation was not at
-- the top already, so that a conversation in full swing costs no index work.
CREATE TABLE participants (
    conversation_key BIGINT NOT NULL REFERENCES conversations (key),
    user_key         BIGINT NOT NULL REFERENCES users (key),
    settled          BIGINT NOT NULL DEFAULT 0,
    read_seq         BIGINT NOT NULL DEFAULT 0,
    listed_at        BIGINT NOT NULL,
    is_direct        BIGINT NOT NULL,                 -- 1 in a direct conversation
    role             TEXT NOT NULL DEFAULT 'member',
    joined_at        BIGINT NOT NULL,
    PRIMARY KEY (conversation_key, user_key)
) WITHOUT ROWID;
CREATE INDEX participants_list ON participants (user_key, listed_at, conversation_key);
CREATE INDEX participants_groups ON participants (user_key, conversation_key) WHERE is_direct = 0;

-- key ascends with the order of storing: the search index follows it.
CREATE TABLE messages (
    key              INTEGER PRIMARY KEY,
    id               TEXT NOT NULL,
    conversation_key BIGINT NOT NULL,
    seq              BIGINT NOT NULL,
    sender_key       BIGINT NOT NULL,
    type             TEXT NOT NULL,
    content          TEXT NOT NULL,
    metadata         TEXT,
    reply_to         TEXT,
    client_id        TEXT,
    created_at       BIGINT NOT NULL,
    edited_at        BIGINT,
    deleted_at       BIGINT
);
CREATE UNIQUE INDEX messages_id ON messages (id);
-- The sender is there for counting, which then never touches the messages themselves.
CREATE UNIQUE INDEX messages_seq ON messages (conversation_key, seq, sender_key);
CREATE UNIQUE INDEX messages_client_id ON messages (sender_key, client_id) WHERE client_id IS NOT NULL;

-- What a member has read and when: disjoint ranges of seq. A range may cover own messages, which never count.
CREATE TABLE read_ranges (
    conversation_key BIGINT NOT NULL,
    user_key         BIGINT NOT NULL,
    to_seq           BIGINT NOT NULL,
    from_seq         BIGINT NOT NULL,
    read_at          BIGINT NOT NULL,
    PRIMARY KEY (conversation_key, user_key, to_seq)
) WITHOUT ROWID;
