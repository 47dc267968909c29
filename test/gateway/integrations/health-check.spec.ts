import { once } from 'node:events';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { acceptsConnection } from '../../../src/gateway/integrations/health-check.js';

it.each(['127.0.0.1', '::1'])(
  'is healthy when %s accepts a connection, and not when it refuses',
  async (host) => {
    const server = createServer((socket) => socket.destroy()).listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    expect(await acceptsConnection(address)).toBe(true);
    server.close();
    await once(server, 'close');
    expect(await acceptsConnection(address)).toBe(false);
  },
);

it('is not healthy when the name of its host does not exist', async () => {
  expect(await acceptsConnection('no-such-host.invalid:80')).toBe(false);
});
