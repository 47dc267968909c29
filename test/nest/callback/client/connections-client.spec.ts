import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { GoneError } from '../../../../src/nest/callback/callback.errors.js';
import { ConnectionsClient } from '../../../../src/nest/callback/client/connections-client.js';
import { hashBody } from '../../../../src/nest/callback/client/hashed-body.js';
import { readConfig } from '../../../../src/service/configuration/read-config.js';

// the SDK signs every request: with these, not with credentials of the machine
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

/** An `@connections` whose responses are late, out of order, and determined by the number of the connection. */
async function start() {
  const calls: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const id = decodeURIComponent(request.url!.replace('/dev/@connections/', ''));
    const n = Number(/^c(\d+)=$/.exec(id)?.[1]);
    calls.push(`${request.method} ${id} ${await text(request)}`);
    await sleep(10 - (n % 10));
    if (n % 10 === 9) response.writeHead(410, { 'x-amzn-ErrorType': 'GoneException' }).end();
    else if (request.method === 'GET') response.end(JSON.stringify(timesOf(n)));
    else response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev`;
  const client = new ConnectionsClient(readConfig({ WS_API_ENDPOINT: url }), 32);
  return {
    client,
    calls,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

const timesOf = (n: number) => ({
  connectedAt: new Date(1_700_000_000_000 + n * 1000).toISOString(),
  lastActiveAt: new Date(1_700_000_000_000 + n * 2000).toISOString(),
});

/**
 * The SDK's client reuses the middleware of a command, its context included, for the next command of its kind
 * (`cacheMiddleware`), but not for a command with a timeout of its own.
 */
it('keeps concurrent operations apart, of one kind and of several', async () => {
  using stand = await start();
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const outcomes = await Promise.all(
    numbers.map(async (n) => {
      const id = `c${n}=` as ConnectionId;
      const timeoutMs = n % 3 === 0 ? 4_000 : 5_000;
      const outcome = [
        stand.client.post(id, `data of ${n}`, timeoutMs),
        stand.client.get(id, timeoutMs),
        stand.client.delete(id, timeoutMs),
      ].map(async (call) => call.catch((error: unknown) => error));
      return Promise.all(outcome);
    }),
  );
  const gone = expect.any(GoneError) as unknown;
  expect(outcomes).toEqual(
    numbers.map((n) => {
      if (n % 10 === 9) return [gone, gone, gone];
      const { connectedAt, lastActiveAt } = timesOf(n);
      return [
        undefined,
        { connectedAt: Date.parse(connectedAt), lastActiveAt: Date.parse(lastActiveAt) },
        undefined,
      ];
    }),
  );
  const expected = numbers.flatMap((n) => [`POST c${n}= data of ${n}`, `GET c${n}= `, `DELETE c${n}= `]);
  expect(stand.calls.toSorted()).toEqual(expected.toSorted());
});

describe('in an environment with other settings for the SDK', () => {
  afterEach(() => vi.unstubAllEnvs());

  const id = 'c1=' as ConnectionId;

  /** Posts with the SDK and without it. @returns the access keys that signed the posts */
  async function postWithAndWithoutSdk(url: string, recorded: readonly string[]) {
    const client = new ConnectionsClient(readConfig({ WS_API_ENDPOINT: url }), 2);
    try {
      await client.post(id, 'with the SDK', 5_000);
      await client.postDirect(id, hashBody('without the SDK'), 5_000);
    } finally {
      client.close();
    }
    return recorded.map((authorization) => /Credential=([^/]+)/.exec(authorization)?.[1]);
  }

  /** Accepts every post, and records its signature. */
  async function acceptingServer(respond = () => '') {
    const authorizations: string[] = [];
    const paths: string[] = [];
    const server = createServer((request, response) => {
      request.resume();
      authorizations.push(request.headers.authorization ?? '');
      paths.push(request.url!);
      response.end(respond());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      authorizations,
      paths,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  it.each<[string, Readonly<Record<string, string>>]>([
    ['AWS_USE_FIPS_ENDPOINT', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['AWS_USE_DUALSTACK_ENDPOINT', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ])('posts with and without the SDK when %s is set', async (_, environment) => {
    await using server = await acceptingServer();
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const signers = await postWithAndWithoutSdk(`http://127.0.0.1:${server.port}/dev`, server.authorizations);
    expect(signers).toEqual(['test', 'test']);
  });

  it('posts with and without the SDK when the AWS config file asks for FIPS and dual-stack endpoints', async () => {
    await using server = await acceptingServer();
    await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
    const file = join(folder.path, 'config');
    await writeFile(file, '[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n');
    vi.stubEnv('AWS_CONFIG_FILE', file);
    const signers = await postWithAndWithoutSdk(`http://127.0.0.1:${server.port}/dev`, server.authorizations);
    expect(signers).toEqual(['test', 'test']);
  });

  it.each(['127.0.0.1', 'localhost'])(
    'signs with placeholders for %s, whatever AWS_PROFILE is',
    async (host) => {
      await using server = await acceptingServer();
      vi.stubEnv('AWS_ACCESS_KEY_ID', '');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
      vi.stubEnv('AWS_PROFILE', 'a-profile-that-is-not-there');
      const signers = await postWithAndWithoutSdk(`http://${host}:${server.port}/dev`, server.authorizations);
      expect(signers).toEqual(['local', 'local']);
    },
  );

  it('signs with the keys of the environment for a loopback address, whatever AWS_PROFILE is', async () => {
    await using server = await acceptingServer();
    vi.stubEnv('AWS_PROFILE', 'a-profile-that-is-not-there');
    const signers = await postWithAndWithoutSdk(`http://127.0.0.1:${server.port}/dev`, server.authorizations);
    expect(signers).toEqual(['test', 'test']);
  });

  it('gets the credentials of a role from STS, not from the callback endpoint', async () => {
    await using server = await acceptingServer();
    await using sts = await acceptingServer(
      () => `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ofRole</AccessKeyId>
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    );
    await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
    await writeFile(join(folder.path, 'token'), 'a token');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder.path, 'none'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder.path, 'none'));
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/task');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder.path, 'token'));
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${sts.port}`);
    // an address of this machine that does not count as loopback, so that the SDK's chain is used
    const signers = await postWithAndWithoutSdk(
      `http://[::ffff:7f00:1]:${server.port}/dev`,
      server.authorizations,
    );
    expect(signers).toEqual(['ofRole', 'ofRole']);
    expect(sts.paths).toHaveLength(1);
    expect(server.paths.filter((path) => !path.startsWith('/dev/@connections/'))).toEqual([]);
  });
});
