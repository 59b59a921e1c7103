'use strict';

// Rows to the JSON that chatd's contract names, so that both sides of a comparison answer the same fields.

const iso = (milliseconds) => (milliseconds == null ? null : new Date(milliseconds).toISOString());

function userView(row) {
  return {
    id: row.id,
    _id: row.id,
    username: row.username,
    email: row.email,
    role: row.role,
    isActive: row.is_active === 1,
    avatar: row.avatar,
    fullName: '',
    firstName: '',
    lastName: '',
    phone: null,
    whatsappNumber: null,
    galleryId: null,
    gallery_id: null,
    lastSeen: iso(row.last_seen),
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}

function conversationView(row, participants) {
  return {
    id: row.id,
    _id: row.id,
    kind: 'direct',
    isDirect: true,
    name: null,
    participants: participants.map(({ id, username, email, avatar }) => ({ id, _id: id, username, email, avatar })),
    participantCount: participants.length,
    lastMessageAt: iso(row.last_message_at),
    unreadCount: 0,
    lastSeq: row.last_seq,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.last_message_at ?? row.created_at),
  };
}

/// `sender` has id, username, email and avatar; `positions` are the read positions of the conversation.
function messageView(row, sender, positions) {
  const readBy = positions
    .filter((position) => position.user_id !== row.sender_id && position.seq >= row.seq)
    .map((position) => ({ user: position.user_id, readAt: iso(position.read_at) }));
  const createdAt = iso(row.created_at);
  return {
    id: row.id,
    _id: row.id,
    conversationId: row.conversation_id,
    conversation: row.conversation_id,
    seq: row.seq,
    senderId: row.sender_id,
    sender: {
      id: row.sender_id,
      _id: row.sender_id,
      username: sender.username,
      email: sender.email,
      avatar: sender.avatar,
    },
    content: row.content,
    messageType: row.message_type,
    metadata: {},
    clientMessageId: row.client_message_id ?? undefined,
    isRead: readBy.length > 0,
    readAt: readBy[0]?.readAt ?? null,
    readBy,
    reactions: {},
    editedAt: null,
    isDeleted: false,
    createdAt,
    updatedAt: createdAt,
  };
}

module.exports = { userView, conversationView, messageView };
