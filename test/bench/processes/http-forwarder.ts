// The floor for HTTP APIs: a `node:http` server that sends every request to the backend (its argument) with undici, and
// sends the response back. No routes, no mapping, no ids, no limits.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { announce } from './announce.ts';

const origin = process.argv[2] ?? '';
const agent = new Agent({ connections: 256 });

/** Headers of one connection, and those that Node and undici set. */
const NOT_FORWARDED = new Set(['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding']);
const forwarded = <T>(headers: Readonly<Record<string, T>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)));

async function forward(
  { url: path = '', method = '', headers }: IncomingMessage,
  body: Buffer | null,
  response: ServerResponse,
): Promise<void> {
  const options = { origin, path, method: method as 'GET', headers: forwarded(headers), body };
  const { statusCode, headers: received, body: sent } = await agent.request(options);
  const bytes = Buffer.from(await sent.arrayBuffer());
  response.writeHead(statusCode, { ...forwarded(received), 'content-length': bytes.length }).end(bytes);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void forward(request, chunks.length === 0 ? null : Buffer.concat(chunks), response);
  });
});
announce(server);
