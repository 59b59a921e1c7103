'use strict';

// A chat back end as a competent Node developer writes it: Express, socket.io and better-sqlite3 in one process,
// with the routes and events of chatd's contract that the benchmark compares.

const { createServer } = require('node:http');
const path = require('node:path');
const bcrypt = require('bcrypt');
const express = require('express');
const { Server } = require('socket.io');
const { openStore } = require('./store');
const tokens = require('./tokens');
const { userView, conversationView, messageView } = require('./views');

const bcryptRounds = Number(process.env.BCRYPT_ROUNDS ?? 12);
const store = openStore(path.join(process.env.DATA_DIR ?? '.', 'chat.db'));
const app = express();
const http = createServer(app);
const io = new Server(http, { serveClient: false });

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const required = (value, name) => {
  if (typeof value !== 'string' || value.trim() === '') throw new HttpError(400, `${name} is required`);
  return value.trim();
};

const guarded = (handler) => (req, res, next) => Promise.resolve(handler(req, res)).catch(next);

function authenticate(req, res, next) {
  const header = req.get('authorization') ?? '';
  const claims = header.startsWith('Bearer ') ? tokens.verify(header.slice(7)) : undefined;
  const user = claims && store.userById(claims.sub);
  if (!user || user.is_active !== 1) throw new HttpError(401, 'Invalid or expired token');
  req.user = user;
  next();
}

function signedIn(user) {
  const pair = { accessToken: tokens.accessToken(user), refreshToken: tokens.refreshToken(user) };
  const view = userView(user);
  return {
    success: true,
    message: 'Signed in',
    ...pair,
    expiresIn: '15m',
    user: view,
    data: { user: view, ...pair, expiresIn: '15m', tokens: pair },
  };
}

function memberOf(conversationId, user) {
  const conversation = store.conversationById(conversationId);
  if (!conversation) throw new HttpError(404, 'Conversation not found');
  if (conversation.user_a !== user.id && conversation.user_b !== user.id) throw new HttpError(403, 'Access denied');
  return conversation;
}

/// Stores a message and tells both members; REST and socket share it.
function post(sender, body) {
  const draft = {
    conversationId: required(body?.conversationId, 'conversationId'),
    content: required(body?.content, 'content'),
    clientMessageId: body.clientMessageId,
    messageType: body.messageType,
  };
  if (draft.content.length > 1000) throw new HttpError(400, 'content is too long');
  const posted = store.appendMessage(sender, draft);
  if (!posted) throw new HttpError(403, 'Access denied');
  const message = messageView(posted.row, sender, []);
  if (posted.isNew) {
    io.to(`conversation:${message.conversationId}`).emit('message_received', {
      message,
      conversationId: message.conversationId,
      timestamp: message.createdAt,
    });
  }
  return message;
}

app.disable('x-powered-by');
app.use(express.json({ limit: '1mb' }));

app.get('/readyz', (req, res) => res.json({ status: 'OK' }));

app.post('/api/auth/register', guarded(async (req, res) => {
  const username = required(req.body.username, 'username');
  const email = required(req.body.email, 'email').toLowerCase();
  const hash = await bcrypt.hash(required(req.body.password, 'password'), bcryptRounds);
  try {
    res.status(201).json(signedIn(store.createUser(username, email, hash)));
  } catch (error) {
    throw error.code === 'SQLITE_CONSTRAINT_UNIQUE' ? new HttpError(400, 'User already exists') : error;
  }
}));

app.post('/api/auth/login', guarded(async (req, res) => {
  const user = store.userByEmail(required(req.body.email, 'email'));
  const matches = user && (await bcrypt.compare(required(req.body.password, 'password'), user.password_hash));
  if (!matches) throw new HttpError(401, 'Invalid credentials');
  res.json(signedIn(user));
}));

app.get('/api/auth/me', authenticate, (req, res) => {
  const view = userView(req.user);
  res.json({ success: true, message: 'OK', data: { ...view, user: view }, user: view });
});

app.post('/api/conversations', authenticate, (req, res) => {
  const partner = store.userById(required(req.body.participantId, 'participantId'));
  if (!partner) throw new HttpError(404, 'Participant not found');
  if (partner.id === req.user.id) throw new HttpError(400, 'Cannot create conversation with yourself');
  const { row, isNew } = store.openConversation(req.user.id, partner.id);
  if (isNew) io.in([`user:${req.user.id}`, `user:${partner.id}`]).socketsJoin(`conversation:${row.id}`);
  res.status(isNew ? 201 : 200)
    .json({ success: true, message: 'OK', data: conversationView(row, [req.user, partner]) });
});

app.get('/api/messages/conversations/:id', authenticate, (req, res) => {
  const conversation = memberOf(req.params.id, req.user);
  const limit = Math.min(Math.max(Number(req.query.limit) || 50, 1), 100);
  const page = Math.max(Number(req.query.page) || 1, 1);
  const positions = store.readPositions(conversation.id);
  const messages = store.messagePage(conversation.id, limit, (page - 1) * limit)
    .map((row) => messageView(row, row, positions));
  const total = conversation.last_seq;
  const pages = Math.ceil(total / limit);
  const pagination = {
    page, limit, total, pages, totalPages: pages, hasMore: page < pages, nextCursor: messages[0]?.id ?? null,
  };
  res.json({ success: true, message: 'OK', data: { messages, pagination }, pagination });
});

app.post('/api/messages', authenticate, (req, res) => {
  const message = post(req.user, req.body);
  res.status(201).json({ success: true, message: 'OK', data: { ...message, message } });
});

app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status).json({ success: false, message: status < 500 ? error.message : 'Internal error' });
});

io.use((socket, next) => {
  const claims = tokens.verify(socket.handshake.auth.token ?? '');
  const user = claims && store.userById(claims.sub);
  if (!user || user.is_active !== 1) return next(new Error('Invalid access token'));
  socket.data.user = user;
  next();
});

io.on('connection', (socket) => {
  const { user } = socket.data;
  socket.join([`user:${user.id}`, ...store.conversationIdsOf(user.id).map((id) => `conversation:${id}`)]);
  socket.on('send_message', (body, ack) => {
    try {
      ack?.({ success: true, data: { message: post(user, body) } });
    } catch (error) {
      if (!(error instanceof HttpError)) console.error(error);
      ack?.({ success: false, message: error instanceof HttpError ? error.message : 'Internal error' });
    }
  });
});

process.on('SIGTERM', () => {
  store.close();
  process.exit(0);
});

http.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
