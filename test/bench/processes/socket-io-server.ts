// Socket.IO on one node, set up like in its documentation. For a message `{ publish: { room } }`, it emits to the room.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { announce } from './announce.ts';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  socket.on('join', async (room: string, joined: () => void) => {
    await socket.join(room);
    joined();
  });
});
process.on('message', (message) => {
  const { publish } = message as { readonly publish?: { readonly room: string } };
  if (!publish) return;
  const data = JSON.stringify({ type: 'message', channel: publish.room, data: 'x'.repeat(190) });
  const publishedAt = performance.timeOrigin + performance.now();
  io.to(publish.room).emit('message', data);
  process.send?.({ publish: publishedAt });
});
announce(server);
