import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { expect, it } from 'vitest';
import { callbackTo, connection, postToAll } from '../../support/callback.js';

const CLIENTS = ['signed', 'sdk'] as const;

/** An `@connections` over HTTPS that accepts everything, with a certificate that this process trusts or not. */
async function secureEndpoint({ isTrusted }: { readonly isTrusted: boolean }) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const trusted = getCACertificates('default');
  if (isTrusted) setDefaultCACertificates([...trusted, cert]);
  const bodies: string[] = [];
  let sockets = 0;
  const server = createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (request, response) => {
    void respond(request, response);
  });
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    bodies.push(`${request.httpVersion} ${await text(request)}`);
    response.end();
  };
  server.on('secureConnection', () => (sockets += 1));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/dev`,
    bodies,
    sockets: () => sockets,
    [Symbol.dispose]() {
      setDefaultCACertificates(trusted);
      server.closeAllConnections();
      server.close();
    },
  };
}

it.each(CLIENTS)('posts over TLS with HTTP/1.1 and keeps the connections alive: %s', async (client) => {
  using endpoint = await secureEndpoint({ isTrusted: true });
  using callback = callbackTo(endpoint.url, { CALLBACK_CLIENT: client, CALLBACK_CONCURRENCY: '2' });
  for (let n = 0; n < 3; n += 1) await callback.post(connection(n), 'alone');
  const report = await postToAll(
    callback,
    Array.from({ length: 20 }, (_, n) => connection(n)),
    'to many',
  );
  expect(report).toMatchObject({ delivered: 20 });
  expect(endpoint.bodies.toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => '1.1 alone'),
    ...Array.from({ length: 20 }, () => '1.1 to many'),
  ]);
  expect(endpoint.sockets()).toBeLessThanOrEqual(4);
});

it.each(CLIENTS)('sends nothing to a server whose certificate is not trusted: %s', async (client) => {
  using endpoint = await secureEndpoint({ isTrusted: false });
  using callback = callbackTo(endpoint.url, { CALLBACK_CLIENT: client });
  await expect(callback.post(connection(1), 'alone')).rejects.toMatchObject({
    cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  });
  const report = await postToAll(callback, [connection(1)], 'to many');
  expect(report).toMatchObject({ failed: 1 });
  expect(endpoint.bodies).toEqual([]);
});
