-- Folded words only: the messages themselves are the content. audience: "u<user key>" of both members of a
-- direct conversation, "c<conversation key>" for every other kind.
CREATE VIRTUAL TABLE messages_search USING fts5 (
    audience, body, content = '', tokenize = 'ascii'
);

-- Everything up to this message key is in the index.
CREATE TABLE search_state (
    only_row    BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    indexed_key BIGINT NOT NULL
);
INSERT INTO search_state (only_row, indexed_key) VALUES (1, 0);
