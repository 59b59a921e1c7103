'use strict';

// The bare relay that the wire of chatd is measured against: socket.io 4.8, WebSocket only, nothing around it.

const { createServer } = require('node:http');
const { Server } = require('socket.io');

const http = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? 200 : 404).end();
});
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.use((socket, next) => {
  next(socket.handshake.auth.token ? undefined : new Error('Authentication token required'));
});

io.on('connection', (socket) => {
  socket.on('echo', (argument, ack) => ack(argument));

  socket.on('join_room', ({ conversationId }, ack) => {
    socket.join(conversationId);
    ack({ ok: true });
  });

  socket.on('send_message', ({ conversationId, content }, ack) => {
    io.to(conversationId).emit('message_received', {
      message: { conversationId, content },
      timestamp: new Date().toISOString(),
    });
    ack({ ok: true });
  });
});

// Lets the bench collect garbage before it reads the memory, so that only what is held counts.
process.on('SIGUSR2', () => globalThis.gc?.());
process.on('SIGTERM', () => process.exit(0));

http.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
