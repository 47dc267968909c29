// node examples/browser/serve.js  serves this page, beside `npm start`. PORT is 5173 by default.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const CLIENT = join(import.meta.dirname, '../../dist/client');

/** The file of a path; the client is that of this repository. */
function fileOf(path) {
  const [, name] = /^\/backchannel-client\/([\w-]+\.js)$/.exec(path) ?? [];
  if (name !== undefined) return join(CLIENT, name);
  const [, own] = /^\/([\w-]+\.(?:html|css|js))$/.exec(path === '/' ? '/index.html' : path) ?? [];
  return own === undefined || own === 'serve.js' ? undefined : join(import.meta.dirname, own);
}

const server = createServer((request, response) => {
  const file = fileOf(new URL(request.url, 'http://localhost').pathname);
  if (file === undefined || !existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': `${TYPES[extname(file)]}; charset=utf-8` });
  createReadStream(file).pipe(response);
});
server.listen(Number(process.env.PORT ?? 5173), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`the chat is at ${url}, open it in two windows; npm start runs what it connects to`);
  process.send?.({ listening: url });
});
