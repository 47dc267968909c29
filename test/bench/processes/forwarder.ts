// The floor for the gateway: a WebSocket server that posts every message to the backend (its argument) and sends the
// response back. No routes, no mapping, no ids, no limits.
import { createServer } from 'node:http';
import { Agent } from 'undici';
import { WebSocketServer } from 'ws';
import { announce } from './announce.ts';

const origin = process.argv[2] ?? '';
const agent = new Agent({ connections: 256 });
const server = createServer();
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    void agent
      .request({ origin, path: '/', method: 'POST', body: data })
      .then(async ({ body }) => socket.send(await body.text()));
  });
});
announce(server);
