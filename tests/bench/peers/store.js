'use strict';

// SQLite behind the chat peer: prepared statements, WAL, every commit on disk before it returns.

const { readFileSync } = require('node:fs');
const { randomUUID } = require('node:crypto');
const path = require('node:path');
const Database = require('better-sqlite3');

function openStore(file) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.exec(readFileSync(path.join(__dirname, 'schema.sql'), 'utf8'));

  const insertUser = db.prepare(`
    INSERT INTO users (id, username, email, password_hash, created_at, updated_at)
    VALUES (@id, @username, @email, @passwordHash, @now, @now)`);
  const userById = db.prepare('SELECT * FROM users WHERE id = ?');
  const userByEmail = db.prepare('SELECT * FROM users WHERE email = ?');
  const conversationById = db.prepare('SELECT * FROM conversations WHERE id = ?');
  const conversationOf = db.prepare('SELECT * FROM conversations WHERE user_a = ? AND user_b = ?');
  const conversationIds = db.prepare('SELECT id FROM conversations WHERE user_a = @user OR user_b = @user');
  const insertConversation = db.prepare(`
    INSERT INTO conversations (id, user_a, user_b, created_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (user_a, user_b) DO NOTHING`);
  const nextSeq = db.prepare(`
    UPDATE conversations SET last_seq = last_seq + 1, last_message_at = @now
     WHERE id = @conversation AND (user_a = @sender OR user_b = @sender) RETURNING last_seq`);
  const insertMessage = db.prepare(`
    INSERT INTO messages (id, conversation_id, seq, sender_id, content, message_type, client_message_id, created_at)
    VALUES (@id, @conversation_id, @seq, @sender_id, @content, @message_type, @client_message_id, @created_at)`);
  const messageByClientId = db.prepare('SELECT * FROM messages WHERE sender_id = ? AND client_message_id = ?');
  const messagePage = db.prepare(`
    SELECT m.*, u.username, u.email, u.avatar
      FROM messages m JOIN users u ON u.id = m.sender_id
     WHERE m.conversation_id = ? ORDER BY m.seq DESC LIMIT ? OFFSET ?`);
  const readPositions = db.prepare('SELECT user_id, seq, read_at FROM read_positions WHERE conversation_id = ?');

  const appendMessage = db.transaction((sender, draft) => {
    if (draft.clientMessageId) {
      const known = messageByClientId.get(sender.id, draft.clientMessageId);
      if (known) return { row: known, isNew: false };
    }
    const now = Date.now();
    const seat = nextSeq.get({ conversation: draft.conversationId, now, sender: sender.id });
    if (!seat) return undefined;
    const row = {
      id: randomUUID(),
      conversation_id: draft.conversationId,
      seq: seat.last_seq,
      sender_id: sender.id,
      content: draft.content,
      message_type: draft.messageType ?? 'text',
      client_message_id: draft.clientMessageId ?? null,
      created_at: now,
    };
    insertMessage.run(row);
    return { row, isNew: true };
  });

  return {
    createUser(username, email, passwordHash) {
      const id = randomUUID();
      insertUser.run({ id, username, email, passwordHash, now: Date.now() });
      return userById.get(id);
    },
    userById: (id) => userById.get(id),
    userByEmail: (email) => userByEmail.get(email),
    conversationById: (id) => conversationById.get(id),
    conversationIdsOf: (userId) => conversationIds.all({ user: userId }).map((row) => row.id),

    openConversation(oneId, otherId) {
      const [a, b] = oneId < otherId ? [oneId, otherId] : [otherId, oneId];
      const { changes } = insertConversation.run(randomUUID(), a, b, Date.now());
      return { row: conversationOf.get(a, b), isNew: changes === 1 };
    },

    /// Undefined when the sender is no member.
    appendMessage,

    messagePage: (conversationId, limit, offset) => messagePage.all(conversationId, limit, offset).reverse(),
    readPositions: (conversationId) => readPositions.all(conversationId),
    close: () => db.close(),
  };
}

module.exports = { openStore };
