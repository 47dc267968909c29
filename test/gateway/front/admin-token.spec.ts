import { once } from 'node:events';
import { connect } from 'node:net';
import { APIGatewayClient, GetVpcLinksCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  GetApisCommand,
  GetTagsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminTokenPolicy, readAdminToken } from '../../../src/gateway/front/admin-token.js';
import { Gateway } from '../../../src/gateway/gateway.js';
import { type GatewayOptions } from '../../../src/gateway/gateway-options.js';
import { deployLocally } from '../../../src/local/deployment/deploy-locally.js';
import { AdminClient } from '../../support/admin-client.js';
import { LogLines } from '../../support/log-lines.js';
import { WebSocketClient } from '../../support/web-socket-client.js';
import { type Headers, sign, type Signer } from '../iam/sign.js';

const TOKEN = 'a-token-of-some-length';

const start = async (options: Partial<GatewayOptions>) =>
  Gateway.start({
    host: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    targets: new Map(),
    log: pino({ level: 'silent' }),
    ...options,
  });

describe('the policy', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', 'LOCALHOST'])(
    'requires a token on %s only if one is set',
    (host) => {
      expect(adminTokenPolicy(undefined, host)).toEqual({ kind: 'loopback' });
      expect(adminTokenPolicy('off', host)).toEqual({ kind: 'loopback' });
      expect(adminTokenPolicy(TOKEN, host)).toEqual({ kind: 'required', token: TOKEN, isGenerated: false });
    },
  );

  it.each(['0.0.0.0', '::', '', '192.168.1.7', 'localhost.example.com', '127.0.0.1.example.com', 'gateway'])(
    "on '%s' it is generated, unless one is given or it is off",
    (host) => {
      const [first, second] = [adminTokenPolicy(undefined, host), adminTokenPolicy(undefined, host)];
      expect(first).toEqual({
        kind: 'required',
        token: expect.stringMatching(/^[\w-]{43}$/) as string,
        isGenerated: true,
      });
      expect(second).not.toEqual(first);
      expect(adminTokenPolicy(TOKEN, host)).toEqual({ kind: 'required', token: TOKEN, isGenerated: false });
      expect(adminTokenPolicy('off', host)).toEqual({ kind: 'off' });
    },
  );

  it.each([
    '',
    'short',
    'x'.repeat(15),
    'x'.repeat(513),
    'with a space in it',
    'with\nline\nbreaks!',
    'grüße-grüße-grüße',
  ])("does not take '%s', and does not repeat it", (text) => {
    const error = (() => {
      try {
        return readAdminToken(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: 'UsageError' });
    expect((error as Error).message).toMatch(/--admin-token \(GATEWAY_ADMIN_TOKEN\).* 16 to 512/);
    expect((error as Error).message).not.toContain(text || 'nothing');
  });

  it.each(['off', 'x'.repeat(16), 'x'.repeat(512), TOKEN])('accepts %s', (text) => {
    expect(readAdminToken(text)).toBe(text);
  });
});

describe('with a token', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await start({ host: '0.0.0.0', adminToken: TOKEN });
  });
  afterEach(() => gateway.stop());

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  const get = async (path: string, headers: Headers = {}) => {
    const response = await fetch(gateway.url + path, { headers });
    return {
      status: response.status,
      errorType: response.headers.get('x-amzn-errortype'),
      authenticate: response.headers.get('www-authenticate'),
      body: (await response.json()) as Record<string, unknown>,
    };
  };

  const clientOf = (
    accessKeyId: string,
    secretAccessKey: string,
    region = 'us-east-1',
    sessionToken?: string,
  ) => ({
    endpoint: gateway.url,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  });

  it.each(['/v2/apis', '/vpclinks', '/apikeys', '/usageplans'])('%s requires it as Bearer', async (path) => {
    expect((await get(path, bearer(TOKEN))).status).toBe(200);
    const missing = await get(path);
    expect(missing).toMatchObject({ status: 403, errorType: 'MissingAuthenticationTokenException' });
    expect(missing.body.message).toMatch(
      /^Missing Authentication Token\. .*--admin-token.*AWS_ACCESS_KEY_ID=admin/,
    );
    for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), 'x'.repeat(TOKEN.length), 'off']) {
      expect(await get(path, bearer(wrong))).toMatchObject({
        status: 403,
        errorType: 'UnrecognizedClientException',
      });
    }
  });

  it.each(['clock', 'faults', 'connections', 'events', 'openapi.json', 'none'])(
    '/_gateway/%s requires it, with 401',
    async (name) => {
      const path = `/_gateway/${name}`;
      expect((await get(path, bearer(TOKEN))).status).toBe(name === 'none' ? 404 : 200);
      for (const headers of [{}, bearer('wrong-wrong-wrong'), { Authorization: 'Basic YWRtaW46eA==' }]) {
        const refused = await get(path, headers);
        expect(refused).toMatchObject({
          status: 401,
          authenticate: 'Bearer',
          body: { status: 401, code: 'unauthorized' },
        });
        expect(refused.body.detail).toContain('--admin-token');
      }
    },
  );

  it('is not required for health, WebSockets and @connections', async () => {
    const settings = {
      gatewayUrl: gateway.url,
      serviceUrl: 'http://127.0.0.1:9',
      gatewaySecret: 'x'.repeat(16),
    };
    await deployLocally({ ...settings, adminToken: TOKEN });
    expect(await new AdminClient(gateway.url).get('health')).toMatchObject({ status: 'ok' });
    await expect(WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/dev`)).rejects.toMatchObject({
      status: 502,
    });
    expect((await fetch(`${gateway.url}/dev/@connections/AAAA`, { method: 'POST', body: 'x' })).status).toBe(
      400,
    );
  });

  it('is the secret key of "admin" for the SDKs, in any Region, v1 and v2', async () => {
    for (const region of ['us-east-1', 'eu-central-1', 'local']) {
      const v1 = new APIGatewayClient(clientOf('admin', TOKEN, region));
      const v2 = new ApiGatewayV2Client(clientOf('admin', TOKEN, region));
      expect(await v1.send(new GetVpcLinksCommand({}))).toMatchObject({ items: [] });
      const { ApiId } = await v2.send(
        new CreateApiCommand({
          Name: 'ü',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.a',
        }),
      );
      const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
      expect(await v2.send(new GetTagsCommand({ ResourceArn }))).toMatchObject({ Tags: {} });
      v1.destroy();
      v2.destroy();
    }
  });

  it.each<[string, string, string, string?]>([
    ['UnrecognizedClientException', 'local', TOKEN],
    ['UnrecognizedClientException', 'admin', TOKEN, 'a-session-token'],
    ['InvalidSignatureException', 'admin', 'another-token-of-length'],
  ])('is refused as %s with %s and %s', async (name, accessKeyId, secretAccessKey, sessionToken) => {
    const v2 = new ApiGatewayV2Client(clientOf(accessKeyId, secretAccessKey, 'us-east-1', sessionToken));
    await expect(v2.send(new GetApisCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 403 },
    });
    v2.destroy();
  });

  const signed = async (path: string, signer: Signer, body?: string, sentBody = body) => {
    const { host } = new URL(gateway.url);
    const headers = { host, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const method = body === undefined ? 'GET' : 'POST';
    const { rawHeaders } = await sign(
      { method, path, headers, ...(body !== undefined && { body }) },
      { accessKeyId: 'admin', secretAccessKey: TOKEN, service: 'apigateway', ...signer },
    );
    const pairs = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1]!]] : [],
    );
    return fetch(gateway.url + path, {
      method,
      headers: Object.fromEntries(pairs) as Record<string, string>,
      ...(sentBody !== undefined && { body: sentBody }),
    });
  };

  it('signs requests to /_gateway/ too, by the machine’s clock', async () => {
    const advance = '{"advance":"2h"}';
    expect((await signed('/_gateway/clock', {}, advance)).status).toBe(200);
    expect((await signed('/_gateway/clock', {}, advance)).status).toBe(200);
    const old = await signed('/_gateway/clock', { at: Date.now() - 6 * 60_000 });
    expect(old.status).toBe(401);
    expect(await old.json()).toMatchObject({
      detail: expect.stringContaining('Signature expired') as string,
    });
  });

  it('covers the body', async () => {
    const moved = await signed('/_gateway/clock', {}, '{"advance":"1h"}', '{"advance":"2h"}');
    expect(moved.status).toBe(401);
    expect((await signed('/_gateway/clock', { service: 'execute-api' })).status).toBe(401);
    const { body } = await get('/_gateway/clock', bearer(TOKEN));
    expect(Date.parse(String(body.now)) - Date.now()).toBeLessThan(60_000);
  });

  it('is checked before the body is read', async () => {
    const { hostname, port } = new URL(gateway.url);
    for (const path of ['/v2/apis', '/_gateway/clock']) {
      for (const authorization of ['Bearer wrong-wrong-wrong', 'AWS4-HMAC-SHA256 x=y', 'Basic x']) {
        const socket = connect(Number(port), hostname);
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n` +
            'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
        );
        const [response] = (await once(socket, 'data')) as [Buffer];
        expect(response.toString('latin1')).toMatch(/^HTTP\/1\.1 40[13] /);
        socket.destroy();
      }
    }
  });

  it('does not permit a page of another origin', async () => {
    expect((await get('/v2/apis', { ...bearer(TOKEN), Origin: 'http://evil.example' })).status).toBe(403);
  });
});

it('requires the token on loopback if it is set', async () => {
  const gateway = await start({ adminToken: TOKEN });
  expect((await fetch(`${gateway.url}/_gateway/clock`)).status).toBe(401);
  await gateway.stop();
});

it('requires no token beyond loopback if it is off', async () => {
  const gateway = await start({ host: '0.0.0.0', adminToken: 'off' });
  expect((await fetch(`${gateway.url}/_gateway/clock`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/v2/apis`)).status).toBe(200);
  await gateway.stop();
});

it('does not quote a token that is given as the access key id, in response and log', async () => {
  const token = 'a/token/with+slashes==';
  const logLines = new LogLines();
  const gateway = await start({ adminToken: token, log: logLines.log });
  const scope = '20261120/us-east-1/apigateway/aws4_request';
  const requests: [string, string][] = [
    [
      '/v2/apis',
      `AWS4-HMAC-SHA256 Credential=${token}/${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    ],
    ['/_gateway/clock', token],
    ['/_gateway/clock', `Basic ${token}`],
  ];
  for (const [path, authorization] of requests) {
    const response = await fetch(`${gateway.url}${path}`, {
      headers: { Authorization: authorization, 'X-Amz-Date': '20261120T231500Z' },
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('with+slashes');
    expect(JSON.stringify(await logLines.next('request refused'))).not.toContain('with+slashes');
  }
  await gateway.stop();
});
