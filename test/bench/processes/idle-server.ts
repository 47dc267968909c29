// The floor for memory: a WebSocket server that does nothing.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { announce } from './announce.ts';

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
// without a listener an error would end the process
sockets.on('connection', (socket) => socket.on('error', () => undefined));
announce(server);
