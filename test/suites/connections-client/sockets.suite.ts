import dns from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VerifyingEndpoint } from '../../support/verifying-endpoint.js';
import { errorOf, id, LONG_MS, type StartClient } from './client-under-test.js';

/** How sockets are used again, and for how long an address. */
export function socketsSuite(start: StartClient): void {
  describe('sockets', () => {
    afterEach(() => void vi.restoreAllMocks());

    it('are used again after every complete response, whatever its status and body', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      let status = 200;
      endpoint.respond = () => ({ status, body: status === 204 ? '' : '{"message":"something"}' });
      for (status of [200, 204, 400, 403, 410, 429, 500, 200]) {
        await errorOf(under.post());
        // as a message that comes later does
        await new Promise(setImmediate);
      }
      expect(endpoint.requests).toHaveLength(8);
      expect(endpoint.sockets).toBe(1);
    });

    it('carry responses that do not mix', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      for (const message of ['first', 'second']) {
        endpoint.respond = () => ({ status: 500, body: JSON.stringify({ message }) });
        const error = await errorOf(under.post());
        expect((error as Error).message).toMatch(new RegExp(`: ${message}$`));
      }
      expect(endpoint.sockets).toBe(1);
    });

    it('are not used again when the endpoint says so', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => ({ headers: { connection: 'close' } });
      for (let n = 0; n < 3; n += 1) await under.post();
      expect(endpoint.sockets).toBe(3);
    });

    it('are replaced when the endpoint has closed them', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      for (let n = 0; n < 3; n += 1) {
        await under.post();
        endpoint.dropConnections();
        // the end of the connection arrives in a later turn
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(endpoint.requests).toHaveLength(3);
    });

    it('are as many as requests in flight', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url, { CALLBACK_CONCURRENCY: '8' });
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(Array.from({ length: 16 }, () => under.post()));
      }
      expect(endpoint.requests).toHaveLength(80);
      expect(endpoint.sockets).toBeLessThanOrEqual(16);
    });

    it('are given back by a request whose time is over', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url, { CALLBACK_CONCURRENCY: '1' });
      endpoint.respond = ({ body }) => (body.toString() === 'slow' ? 'never' : {});
      const slow = Array.from({ length: 2 }, () => errorOf(under.post('slow', 50)));
      await under.post('next');
      await Promise.all(slow);
      expect(endpoint.requests.map(({ body }) => body.toString())).toEqual(['slow', 'slow', 'next']);
    });

    it('are opened to the address that the host name has by then', async () => {
      await using first = await VerifyingEndpoint.start();
      await using second = await VerifyingEndpoint.start('127.0.0.2', first.port);
      let address = '127.0.0.1';
      mockLookup(() => address);
      using under = start(`http://callbacks.test:${first.port}/dev`);
      await under.post();
      await under.client.delete(id, LONG_MS);
      address = '127.0.0.2';
      first.dropConnections();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await under.post();
      await under.client.delete(id, LONG_MS);
      expect([first.requests.length, second.requests.length]).toEqual([2, 2]);
    });
  });
}

/** Resolves every host name to one address. */
function mockLookup(address: () => string): void {
  type Callback = (error: null, found: unknown, family?: number) => void;
  const lookup = (_: string, options: dns.LookupOptions, callback: Callback) => {
    if (options.all) callback(null, [{ address: address(), family: 4 }]);
    else callback(null, address(), 4);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
}
