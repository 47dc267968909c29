import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CredentialsError } from '../../../src/nest/callback/callback.errors.js';
import { VerifyingEndpoint } from '../../support/verifying-endpoint.js';
import { errorOf, id, LONG_MS, type StartClient } from './client-under-test.js';

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** The sources of the SDK's chain, each with its variables and files, for an access key id of its own. */
const SOURCES: Readonly<Record<string, (folder: string, cleanUp: AsyncDisposableStack) => Promise<Source>>> =
  {
    async environment() {
      const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'token' };
      return { env, token: 'token' };
    },
    async profile(folder) {
      const text = '[profile-of-test]\naws_access_key_id = key\naws_secret_access_key = s\n';
      await writeFile(join(folder, 'credentials'), text);
      return { env: { AWS_PROFILE: 'profile-of-test' } };
    },
    async 'process of a profile'(folder) {
      const output = { Version: 1, AccessKeyId: 'key', SecretAccessKey: 's', SessionToken: 'token' };
      await writeFile(join(folder, 'output.json'), JSON.stringify(output));
      const text = `[profile of-test]\ncredential_process = cat ${join(folder, 'output.json')}\n`;
      await writeFile(join(folder, 'config'), text);
      return { env: { AWS_PROFILE: 'of-test' }, token: 'token' };
    },
    async 'role with a web identity'(folder, cleanUp) {
      await writeFile(join(folder, 'token'), 'a token');
      const response = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>key</AccessKeyId>
      <SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken>
      <Expiration>${inAnHour()}</Expiration></Credentials>
      </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
      const server = cleanUp.use(await respondingServer(() => response));
      return {
        token: 'token',
        env: {
          AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/task',
          AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
          AWS_ENDPOINT_URL_STS: server.url,
        },
      };
    },
    async container(_, cleanUp) {
      const server = cleanUp.use(await respondingServer(() => containerCredentials('key', inAnHour())));
      return { token: 'token', env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url } };
    },
    async SSO(folder, cleanUp) {
      const startUrl = 'https://start.test/';
      const cache = join(folder, '.aws/sso/cache');
      await mkdir(cache, { recursive: true });
      const token = { accessToken: 'token', expiresAt: inAnHour() };
      const name = createHash('sha1').update(startUrl).digest('hex');
      await writeFile(join(cache, `${name}.json`), JSON.stringify(token));
      const text = `[profile of-test]\nsso_start_url = ${startUrl}\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = task\n`;
      await writeFile(join(folder, 'config'), text);
      const roleCredentials = {
        accessKeyId: 'key',
        secretAccessKey: 's',
        sessionToken: 'token',
        expiration: Date.now() + 3_600_000,
      };
      const server = cleanUp.use(await respondingServer(() => JSON.stringify({ roleCredentials })));
      return {
        token: 'token',
        env: { AWS_PROFILE: 'of-test', HOME: folder, AWS_ENDPOINT_URL_SSO: server.url },
      };
    },
  };

interface Source {
  readonly env: Readonly<Record<string, string>>;
  /** The session token. */
  readonly token?: string;
}

/** Where the credentials come from that sign the requests. */
export function credentialsSuite(start: StartClient): void {
  describe('credentials', () => {
    beforeEach(() => {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) {
        vi.stubEnv(name, '');
      }
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    });
    afterEach(() => vi.unstubAllEnvs());

    /** Every operation once. @returns the access keys that have signed them */
    async function signersOf(url: string, endpoint: VerifyingEndpoint) {
      using under = start(url);
      endpoint.respond = () => ({ body: '{}' });
      await under.post();
      await under.client.get(id, LONG_MS);
      await under.client.delete(id, LONG_MS);
      return endpoint.requests.map(({ signature }) => signature.accessKeyId);
    }

    it.each(Object.entries(SOURCES))('come from the SDK chain: %s', async (_, prepare) => {
      await using endpoint = await VerifyingEndpoint.start();
      await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
      vi.stubEnv('AWS_CONFIG_FILE', join(folder.path, 'config'));
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder.path, 'credentials'));
      await using stack = new AsyncDisposableStack();
      const { env, token } = await prepare(folder.path, stack);
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      endpoint.secrets['key'] = 's';
      expect(await signersOf(notLoopback(endpoint), endpoint)).toEqual(['key', 'key', 'key']);
      // all requests of the three operations went to @connections, none for the credentials
      expect(endpoint.refused).toBe(0);
      for (const { signature } of endpoint.requests) expect(signature.sessionToken).toBe(token);
    });

    it.each(['127.0.0.1', 'localhost'])('are placeholders for %s, whatever AWS_PROFILE is', async (host) => {
      await using endpoint = await VerifyingEndpoint.start('localhost');
      vi.stubEnv('AWS_PROFILE', 'a-profile-that-does-not-exist');
      const signers = await signersOf(`http://${host}:${endpoint.port}/dev`, endpoint);
      expect(signers).toEqual(['local', 'local', 'local']);
    });

    it('are the keys of the environment for a loopback address, whatever AWS_PROFILE is', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
      vi.stubEnv('AWS_PROFILE', 'a-profile-that-does-not-exist');
      expect(await signersOf(endpoint.url, endpoint)).toEqual(['test', 'test', 'test']);
    });

    it('are used in new versions once their source has them', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      let accessKeyId = 'first';
      // the SDK's chain renews credentials five minutes before they expire
      const inAMinute = () => new Date(Date.now() + 60_000).toISOString();
      await using source = await respondingServer(() => containerCredentials(accessKeyId, inAMinute()));
      vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', source.url);
      Object.assign(endpoint.secrets, { first: 's', rotated: 's' });
      using under = start(notLoopback(endpoint));
      await under.post();
      accessKeyId = 'rotated';
      while (endpoint.requests.at(-1)?.signature.accessKeyId !== 'rotated') {
        await sleep(100);
        await under.post();
      }
      expect(endpoint.requests[0]?.signature.accessKeyId).toBe('first');
    });

    it('that do not exist fail every operation without a request', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      vi.stubEnv('AWS_PROFILE', 'a-profile-that-does-not-exist');
      using under = start(notLoopback(endpoint));
      for (const operation of [
        under.post(),
        under.client.get(id, LONG_MS),
        under.client.delete(id, LONG_MS),
      ]) {
        expect(await errorOf(operation)).toBeInstanceOf(CredentialsError);
      }
      expect(under.attempts).toEqual([]);
      expect([endpoint.requests.length, endpoint.refused]).toEqual([0, 0]);
    });

    it.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
      'sign requests to the endpoint also when %s is set',
      async (name) => {
        await using endpoint = await VerifyingEndpoint.start();
        vi.stubEnv(name, 'true');
        expect(await signersOf(endpoint.url, endpoint)).toHaveLength(3);
      },
    );

    it('sign requests to the endpoint also when the AWS config file asks for FIPS and dual-stack', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
      const file = join(folder.path, 'config');
      await writeFile(file, '[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n');
      vi.stubEnv('AWS_CONFIG_FILE', file);
      expect(await signersOf(endpoint.url, endpoint)).toHaveLength(3);
    });
  });
}

/** An address of this machine that does not count as loopback, so that the SDK's chain is used. */
const notLoopback = ({ url }: VerifyingEndpoint) => url.replace('127.0.0.1', '[::ffff:7f00:1]');

const containerCredentials = (accessKeyId: string, expiration: string) =>
  JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: 's',
    Token: 'token',
    Expiration: expiration,
  });

/** A server that hands out credentials. */
async function respondingServer(respond: () => string) {
  const server = createServer((request, response) => {
    request.resume();
    response.end(respond());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
