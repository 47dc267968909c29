import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';

/** A server that sends back what it receives, behind a proxy. */
const received: string[] = [];
let cleanUp: AsyncDisposableStack;
let proxy: TcpProxy;
let other: TcpProxy;

beforeEach(async () => {
  received.length = 0;
  cleanUp = new AsyncDisposableStack();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      received.push(bytes.toString());
      socket.write(bytes);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanUp.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // nothing listens on the first one
  proxy = cleanUp.use(await TcpProxy.start(() => [1, port]));
  other = cleanUp.use(await TcpProxy.start(() => [port]));
});

afterEach(() => cleanUp.disposeAsync());

async function open({ port } = proxy): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  cleanUp.defer(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket, text: string): Promise<string> {
  const echoed = once(socket, 'data');
  socket.write(text);
  return String((await echoed)[0]);
}

it('passes bytes to the first port that accepts the connection', async () => {
  expect(await echo(await open(), 'hello')).toBe('hello');
});

it('holds bytes back while it is stalled, in order', async () => {
  const socket = await open();
  await echo(socket, 'a');
  proxy.setMode({ kind: 'stall' });
  socket.write('b');
  await echo(await open(other), 'c');
  expect(received).toEqual(['a', 'c']);
  proxy.setMode({ kind: 'delay', ms: 5 });
  socket.write('d');
  await expect.poll(() => received.join('')).toBe('acbd');
});

it('loses responses of requests that were carried out, and then closes the connection', async () => {
  const socket = await open();
  await echo(socket, 'a');
  let lost = '';
  socket.on('data', (bytes) => (lost += String(bytes)));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  proxy.setMode({ kind: 'lose responses' });
  socket.write('b');
  await expect.poll(() => received).toEqual(['a', 'b']);
  // by the time at which a later response has arrived another way, this one has reached the proxy
  await echo(await open(other), 'c');
  proxy.setMode({ kind: 'pass' });
  await closed;
  expect(lost).toBe('');
});

it('closes and refuses connections while it is cut', async () => {
  const socket = await open();
  await echo(socket, 'a');
  const closed = once(socket, 'close');
  proxy.setMode({ kind: 'cut' });
  await closed;
  await once(await open(), 'close');
  proxy.setMode({ kind: 'pass' });
  expect(await echo(await open(), 'b')).toBe('b');
});
