import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';
import { ApiUnderTest } from './api-under-test.js';
import { credentials } from './target.js';

const iamRoute = { $connect: { AuthorizationType: 'AWS_IAM' } } as const;

const signerOf = (api: ApiUnderTest) =>
  new SignatureV4({ credentials, region: api.target.region, service: 'execute-api', sha256: Sha256 });

const handshakeOf = (api: ApiUnderTest) => {
  const { hostname, host, port, pathname } = new URL(api.webSocketUrl);
  return {
    method: 'GET',
    protocol: 'https:',
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    query: {},
    headers: { host },
  };
};

describe('§10 a $connect route with AWS_IAM', () => {
  it('refuses a handshake that is not signed with 403 [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    expect((await refusedHandshake(api.webSocketUrl)).status).toBe(403);
  });

  it('admits one that is signed in its headers [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    const { headers } = await signerOf(api).sign(handshakeOf(api));
    const { host: _, ...signature } = headers;
    using client = await WebSocketClient.open(api.webSocketUrl, { headers: signature });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('admits one that is signed in its query string, as a browser has to [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    const { query = {} } = await signerOf(api).presign(handshakeOf(api), { expiresIn: 60 });
    const parameters = new URLSearchParams(query as Record<string, string>);
    using client = await WebSocketClient.open(
      `${api.webSocketUrl}?${parameters.toString().replaceAll('+', '%20')}`,
    );
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});
