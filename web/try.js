// The smallest front end that a stock client needs: REST for history, Socket.IO for everything live.
const $ = (selector) => document.querySelector(selector);
const say = (text) => { $('#status').textContent = text; };

const state = { user: null, token: null, socket: null, conversationId: null, stopTyping: 0 };

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(state.token && { Authorization: `Bearer ${state.token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message), answer);
  return answer;
}

async function enter(username, password) {
  try {
    return await call('POST', '/api/auth/register', { username, password, email: `${username}@example.local` });
  } catch (error) {
    if (error.code !== 'CONFLICT') throw error;
    return call('POST', '/api/auth/login', { username, password });
  }
}

function show(message) {
  const item = document.createElement('li');
  item.textContent = `${message.sender.username}: ${message.content}`;
  item.className = message.senderId === state.user.id ? 'own' : '';
  $('#log').append(item);
  item.scrollIntoView();
}

async function listPartners() {
  const chosen = $('#partner select').value;
  const { users } = await call('GET', '/api/users/list');
  $('#partner select').replaceChildren(...users.map((user) => {
    const option = new Option(`${user.username}${user.isOnline ? ' (online)' : ''}`, user.id);
    option.selected = user.id === chosen;
    return option;
  }));
}

function connect() {
  state.socket = io({ auth: { token: state.token } });
  state.socket.on('connect', () => say(`Connected as ${state.user.username}`));
  state.socket.on('disconnect', (reason) => say(`Disconnected: ${reason}`));
  state.socket.on('connect_error', (error) => say(`Not connected: ${error.message}`));
  state.socket.on('error', (error) => say(error.message));
  state.socket.on('user_online', listPartners);
  state.socket.on('user_offline', listPartners);
  state.socket.on('message_received', ({ message, conversationId }) => {
    if (conversationId === state.conversationId) show(message);
    else say(`New message from ${message.sender.username}`);
  });
  state.socket.on('user_typing', (who) => {
    if (who.conversationId === state.conversationId) $('#typing').textContent = `${who.username} is typing…`;
  });
  state.socket.on('user_stopped_typing', () => { $('#typing').textContent = ''; });
}

$('#enter').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  try {
    const answer = await enter(form.get('username'), form.get('password'));
    state.user = answer.user;
    state.token = answer.accessToken;
    $('#enter').hidden = true;
    $('#chat').hidden = false;
    connect();
    await listPartners();
  } catch (error) {
    say(error.message);
  }
});

$('#partner').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { data } = await call('POST', '/api/conversations', { participantId: $('#partner select').value });
  state.conversationId = data.id;
  $('#log').replaceChildren();
  const history = await call('GET', `/api/messages/conversations/${data.id}`);
  history.data.messages.forEach(show);
});

$('#send').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = event.target.elements.content;
  if (!state.conversationId) return say('Choose somebody to chat with first');
  state.socket.emit('send_message', { conversationId: state.conversationId, content: input.value }, (ack) => {
    if (!ack.success) say(ack.message);
  });
  input.value = '';
});

$('#send').addEventListener('input', () => {
  if (!state.conversationId) return;
  state.socket.emit('typing_start', { conversationId: state.conversationId });
  clearTimeout(state.stopTyping);
  state.stopTyping = setTimeout(() => {
    state.socket.emit('typing_stop', { conversationId: state.conversationId });
  }, 1500);
});
