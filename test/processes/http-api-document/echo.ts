import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** An HTTP server as a process of its own, which responds with what it received. */
const server = createServer(({ method, url, headers }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ processId: process.pid, method, url, headers }));
}).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ listening: `http://127.0.0.1:${port}` });
});
