-- The messages themselves are the content. Each folded word is kept under whose it is: "u<user key>·word" for both
-- members of a direct conversation, "c<conversation key>·word" for every other kind. So a search costs what the
-- caller's own messages cost, however many others there are.
CREATE VIRTUAL TABLE messages_search USING fts5 (body, content = '', tokenize = 'ascii');
-- Merges rarer than FTS5's default of 4: a third less work for the writer, no measurable cost for a search.
INSERT INTO messages_search (messages_search, rank) VALUES ('automerge', 8);

-- Everything up to this message key is in the index.
CREATE TABLE search_state (
    only_row    BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    indexed_key BIGINT NOT NULL
);
INSERT INTO search_state (only_row, indexed_key) VALUES (1, 0);
