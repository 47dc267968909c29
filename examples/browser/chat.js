// A chat in which the work of the client is visible: presence, resume after a break, and the hand-over, here each minute.
import { connect } from 'backchannel-client';

const element = (id) => document.getElementById(id);
const parameters = new URLSearchParams(location.search);

/** Newest last; each as text, so that nobody's message is HTML. */
function append(list, text, className = '') {
  const item = document.createElement('li');
  item.textContent = text;
  item.className = className;
  list.append(item);
  item.scrollIntoView({ block: 'nearest' });
}
const log = (text) => append(element('log'), `${new Date().toLocaleTimeString()} ${text}`);

/** For the button that breaks the connection: an application has no use for the sockets. */
const sockets = new Set();
class ObservedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    sockets.add(this);
    this.addEventListener('close', () => sockets.delete(this));
  }
}

const client = connect({
  url: parameters.get('url') ?? 'ws://127.0.0.1:8080/dev',
  WebSocket: ObservedWebSocket,
  // by default after 110 minutes
  handOverMs: 60_000,
  handOverJitterMs: 0,
});
client.on('status', ({ status, retryMs }) => {
  element('status').textContent = status;
  element('detail').textContent =
    retryMs === undefined ? '' : `next attempt in ${(retryMs / 1000).toFixed(1)} s`;
  log(status);
});
client.on('handover', ({ phase }) => log(`hand-over ${phase}`));
client.on('error', ({ message }) => log(message));

const room = client.channel('presence:lobby');
room.on('message', ({ data, offset, replayed }) => {
  append(element('messages'), `${offset} ${data.name}: ${data.text}`, replayed ? 'replayed' : '');
});
room.on('joined', ({ recovered, replayed }) => {
  log(recovered ? `joined, ${replayed} caught up` : 'joined, messages are missing');
  void showMembers();
});
room.on('member', () => void showMembers());
room.on('error', ({ message }) => log(message));

async function showMembers() {
  const { count, members } = await room.presence();
  element('count').textContent = String(count);
  element('members').replaceChildren();
  for (const { connectionId, userId } of members) append(element('members'), userId ?? connectionId);
}

element('name').value = parameters.get('name') ?? `guest-${Math.floor(Math.random() * 1000)}`;
element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = element('text').value;
  element('text').value = '';
  room.publish({ name: element('name').value, text }).catch(({ message }) => log(message));
});
element('break').addEventListener('click', () => {
  for (const socket of sockets) socket.close();
});
addEventListener('pagehide', () => void client.close());
