// The least code for a round trip by callback. `least-code.ts backend` replies to a ping with a post to `@connections`.
// `least-code.ts gateway BACKEND_URL` forwards frames, and delivers posts. No signatures, checks, store or limits.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Agent } from 'undici';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from './announce.ts';

const [kind, backend = ''] = process.argv.slice(2);
const agent = new Agent({ connections: 64 });
const post = async (origin: string, path: string, body: string, headers = {}) => {
  const response = await agent.request({ origin, path, method: 'POST', body, headers });
  await response.body.dump();
};

if (kind === 'backend') {
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const { action, id: ping } = JSON.parse(await text(request)) as { action: string; id: number };
    const { gateway, id: connection } = request.headers as Record<string, string>;
    if (action === 'ping') {
      await post(gateway!, `/@connections/${connection}`, JSON.stringify({ type: 'pong', id: ping }));
    }
    response.end();
  };
  announce(createServer((request, response) => void reply(request, response)));
} else {
  const sockets = new Map<string, WebSocket>();
  const deliver = async (request: IncomingMessage, response: ServerResponse) => {
    sockets.get(request.url!.slice('/@connections/'.length))?.send(await text(request));
    response.end();
  };
  const server = createServer((request, response) => void deliver(request, response));
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
    const connection = String(sockets.size);
    sockets.set(connection, socket);
    socket.on('message', (data: Buffer) => {
      void post(backend, '/', data.toString(), {
        gateway: `http://${request.headers.host}`,
        id: connection,
      });
    });
  });
  announce(server);
}
