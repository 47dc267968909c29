import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type HttpAuthorization } from '../../../src/gateway/control/http-snapshot.js';
import { parseIdentitySource } from '../../../src/gateway/mapping/http-parameters.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpApiUnderTest, httpRoute, urlIntegration } from '../../support/http-api.js';
import { HttpBackend } from '../../support/http-backend.js';
import { OidcIssuer, signingKey } from '../../support/oidc-issuer.js';

const ISSUER = 'https://login.example.com';

const sourceOf = (name: string) => ({ text: name, variable: parseIdentitySource(name)! });

const JWT: HttpAuthorization = {
  kind: 'JWT',
  authorizerId: 'jwt123',
  identitySource: sourceOf('$request.header.authorization'),
  issuer: ISSUER,
  audience: ['app'],
  scopes: [],
};

const CUSTOM: HttpAuthorization = {
  kind: 'CUSTOM',
  authorizerId: 'fun123',
  functionName: 'guard-${stageVariables.color}',
  payloadFormatVersion: '2.0',
  hasSimpleResponses: true,
  ttlSeconds: 600,
  identitySources: [sourceOf('$request.header.authorization')],
};

/** An API whose routes `/jwt`, `/custom` and `/open` lead to a backend. */
async function protectedApi(code = 'return { isAuthorized: true, context: { time: Date.now() } };') {
  const issuer = await OidcIssuer.start();
  const backend = await HttpBackend.start();
  const module = new FunctionModule(
    `let calls = 0; export const handler = async (event) => { calls += 1; ${code} };`,
  );
  const integration = urlIntegration(backend.url, {
    request: { 'overwrite:header.calls': '$context.authorizer.calls' },
  });
  const routes = [
    { ...httpRoute('ANY /jwt', integration), authorization: JWT },
    { ...httpRoute('ANY /custom', integration), authorization: CUSTOM },
    httpRoute('ANY /open', integration),
  ];
  const accessLogFormat =
    '$context.requestId $context.status $context.error.responseType|$context.authorizer.error|$context.authorizer.claims.sub';
  const api = await HttpApiUnderTest.start(
    { $default: { routes, accessLogFormat, stageVariables: { color: 'blue' } } },
    {
      functions: new Map([['guard-blue', { kind: 'module', file: module.file, exportName: 'handler' }]]),
      issuers: new Map([[ISSUER, issuer.url]]),
    },
  );
  return {
    api,
    issuer,
    backend,
    status: async (path: string, authorization = 't') =>
      (await fetch(api.url + path, { headers: { authorization } })).status,
    lastLogged: async () => {
      await expect.poll(() => api.accessLogLines.length).toBeGreaterThan(0);
      return api.accessLogLines.at(-1)?.replace(/^\S+ /, '');
    },
    async [Symbol.asyncDispose]() {
      for (const each of [api, backend, issuer]) await each[Symbol.asyncDispose]();
      module[Symbol.dispose]();
    },
  };
}

/** Sends the beginning of a request. @returns the first bytes that the gateway sends */
async function beginning(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(head);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString();
}

describe('a request to a protected route', () => {
  it('is refused before its body is read', async () => {
    await using served = await protectedApi();
    for (const path of ['/jwt', '/custom']) {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\nbeginning`;
      expect(await beginning(served.api.port, head)).toMatch(/^HTTP\/1\.1 401 /);
    }
  });

  it('has its refusal in the access log, as AWS writes it', async () => {
    await using served = await protectedApi();
    await served.status('/jwt', 'a.b');
    expect(await served.lastLogged()).toBe(
      '401 UNAUTHORIZED|invalid_token: token contains an invalid number of segments|-',
    );
  });

  it('has its claims in the access log', async () => {
    await using served = await protectedApi();
    expect(await served.status('/jwt', await served.issuer.token({ iss: ISSUER }))).toBe(200);
    expect(await served.lastLogged()).toBe('200 -|-|alice');
  });

  it('has the failure of its authorizer in the logs, not in the response', async () => {
    await using served = await protectedApi("throw new Error('no database');");
    const response = await fetch(`${served.api.url}/custom`, { headers: { authorization: 't' } });
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(await served.lastLogged()).toMatch(/^500 AUTHORIZER_FAILURE\|it failed: Error: no database\|-$/);
    expect(served.api.logLines).toContainEqual(
      expect.objectContaining({ level: 40, msg: 'authorizer failed', authorizerId: 'fun123' }),
    );
  });

  it('has www-authenticate in lower case, as recorded (H6.41)', async () => {
    await using served = await protectedApi();
    const response = await beginning(served.api.port, 'GET /jwt HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(response).toMatch(/\r\nwww-authenticate: Bearer\r\napigw-requestid: /);
  });
});

describe('the decision of a Lambda authorizer', () => {
  it('is reused until its time is over, by the clock of the gateway', async () => {
    await using served = await protectedApi('return { isAuthorized: true, context: { calls } };');
    const calls = async (authorization = 't') => {
      await served.status('/custom', authorization);
      return (await served.backend.next()).headers['calls'];
    };
    expect([await calls(), await calls(), await calls('other')]).toEqual(['1', '1', '2']);
    served.api.clock.advance(500_000);
    expect(await calls()).toBe('1');
    served.api.clock.advance(100_000);
    expect(await calls()).toBe('3');
  });

  it('H9.29: a function that does not exist is 500', async () => {
    await using api = await HttpApiUnderTest.start([
      { ...httpRoute('GET /custom', urlIntegration('http://127.0.0.1:1')), authorization: CUSTOM },
    ]);
    expect((await fetch(`${api.url}/custom`, { headers: { authorization: 't' } })).status).toBe(500);
  });
});

describe('a token', () => {
  it('expires by the clock of the gateway', async () => {
    await using served = await protectedApi();
    const token = await served.issuer.token();
    expect(await served.status('/jwt', token)).toBe(200);
    served.api.clock.advance(3_600_000);
    expect(await served.status('/jwt', token)).toBe(401);
  });

  it('may be signed by a key that the issuer has only since its restart', async () => {
    await using first = await protectedApi();
    expect(await first.status('/jwt', await first.issuer.token())).toBe(200);
    first.issuer.keys = [await signingKey('after-restart')];
    first.api.clock.advance(10_000);
    expect(await first.status('/jwt', await first.issuer.token())).toBe(200);
  });
});

describe('Expect: 100-continue', () => {
  it('H4.20: is answered by the gateway, and not passed on', async () => {
    await using served = await protectedApi();
    const socket = connect(served.api.port, '127.0.0.1');
    socket.write(
      'POST /open HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /);
    const { headers, body } = await served.backend.next();
    expect([headers['expect'], body]).toEqual([undefined, 'hello']);
  });
});
