import { type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpApiUnderTest, httpRoute, urlIntegration } from '../../support/http-api.js';
import { HttpBackend } from '../../support/http-backend.js';

/** An API with one route that leads to a backend. */
async function proxied(
  routeKey: string,
  uri: string,
  options: Parameters<typeof urlIntegration>[1] = {},
  stage: { readonly stageVariables?: Readonly<Record<string, string>> } = {},
) {
  const backend = await HttpBackend.start();
  const integration = urlIntegration(uri.replace('BACKEND', backend.url), options);
  const spec = { routes: [httpRoute(routeKey, integration)], ...stage };
  const api = await HttpApiUnderTest.start({ $default: spec, dev: spec });
  return {
    api,
    backend,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('H4.03: the path that a backend over the Internet receives', () => {
  it.each([
    ['GET /books', 'BACKEND', '/books', '/'],
    ['GET /pets/{petId}', 'BACKEND/x/{petId}', '/pets/6', '/x/6'],
    ['ANY /parent/{proxy+}', 'BACKEND/petstore/{proxy}', '/parent/a/b', '/petstore/a/b'],
    ['$default', 'BACKEND', '/store/checkout', '/store/checkout'],
    ['$default', 'BACKEND/base', '/a', '/base/a'],
    // H1.09: without the stage
    ['GET /pets/{petId}', 'BACKEND/x/{petId}', '/dev/pets/6', '/x/6'],
    // H4.06: decoded, then encoded again
    ['ANY /{proxy+}', 'BACKEND/{proxy}', '/a%2Fb/c%20d%C3%A9', '/a/b/c%20d%C3%A9'],
    ['GET /pets/{petId}', 'BACKEND/{petId}', '/pets/a%23b', '/a%23b'],
    // H2.17
    ['GET /users/{id}', 'BACKEND/{id}', '/users/me%3Fadmin=true', '/me'],
    // H4.07, H4.08
    ['GET /books', 'BACKEND/b?fixed=1', '/books?a=1&a=%2F+x&e=', '/b?fixed=1&a=1&a=%2F+x&e='],
  ])('%s with %s: %s arrives as %s', async (routeKey, uri, path, expected) => {
    await using served = await proxied(routeKey, uri);
    await fetch(served.api.url + path);
    expect((await served.backend.next()).url).toBe(expected);
  });

  it('H4.02: has stage variables filled in, anywhere in the URI', async () => {
    const uri = '${stageVariables.base}/${stageVariables.version}/x?v=${stageVariables.version}';
    const backend = await HttpBackend.start();
    await using _ = backend;
    const stage = { routes: [httpRoute('GET /books', urlIntegration(uri))] };
    await using api = await HttpApiUnderTest.start({
      $default: { ...stage, stageVariables: { base: backend.url, version: 'v2' } },
      other: { ...stage, stageVariables: { base: backend.url, version: 'v3' } },
    });
    await fetch(`${api.url}/books`);
    expect((await backend.next()).url).toBe('/v2/x?v=v2');
    await fetch(`${api.url}/other/books`);
    expect((await backend.next()).url).toBe('/v3/x?v=v3');
  });

  it('H11.07: is not reached if the stage lacks a variable', async () => {
    await using served = await proxied('GET /books', 'BACKEND/${stageVariables.none}');
    const response = await fetch(`${served.api.url}/books`);
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });
});

describe('what else a backend receives', () => {
  it('H4.09: the method of the integration, or with ANY that of the client', async () => {
    await using any = await proxied('ANY /books', 'BACKEND');
    await fetch(`${any.api.url}/books`, { method: 'DELETE' });
    expect((await any.backend.next()).method).toBe('DELETE');
    await using fixed = await proxied('ANY /books', 'BACKEND', { method: 'POST' });
    await fetch(`${fixed.api.url}/books`, { method: 'DELETE' });
    expect((await fixed.backend.next()).method).toBe('POST');
  });

  it('H4.10: the body, and its length when it came in chunks', async () => {
    await using served = await proxied('POST /books', 'BACKEND');
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('ü – '));
        controller.enqueue(new TextEncoder().encode('🙂'));
        controller.close();
      },
    });
    const options = { method: 'POST', body: chunks, duplex: 'half', headers: { 'content-type': 'text/x' } };
    await fetch(`${served.api.url}/books`, options as RequestInit);
    const { body, headers } = await served.backend.next();
    expect([body, headers['content-length'], headers['content-type']]).toEqual(['ü – 🙂', '11', 'text/x']);
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('H4.11 to H4.15: its own Host, Forwarded, Via, a trace id, and no X-Forwarded-For', async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    await fetch(`${served.api.url}/books`);
    const { headers } = await served.backend.next();
    expect(headers).toMatchObject({
      host: new URL(served.backend.url).host,
      forwarded: `for=127.0.0.1;host="127.0.0.1:${served.api.port}";proto=https`,
      via: 'HTTP/1.1 AmazonAPIGateway',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
    });
    for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it('H4.13, H4.15: the elements of other proxies before those of the gateway', async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    await fetch(`${served.api.url}/books`, {
      headers: { forwarded: 'for=198.51.100.1', 'x-amzn-trace-id': 'Root=1-a-b' },
    });
    const { headers } = await served.backend.next();
    expect(headers.forwarded).toMatch(/^for=198\.51\.100\.1, for=127\.0\.0\.1;host=.*;proto=https$/);
    expect(headers['x-amzn-trace-id']).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-a-b$/);
  });

  it("H4.16, H4.18: the client's headers, without those of its connection", async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    await rawRequest(served.api.port, '/books', {
      accept: 'x/y',
      authorization: 'Bearer t',
      cookie: 'a=1; b=2',
      origin: 'https://app.example',
      'sec-fetch-mode': 'cors',
      'x-own': ['1', '2'],
      connection: 'close, x-hop',
      'x-hop': 'hop',
      te: 'trailers',
      'proxy-authorization': 'Basic x',
      'keep-alive': 'timeout=9',
    });
    const { headers, rawHeaders } = await served.backend.next();
    expect(headers).toMatchObject({
      accept: 'x/y',
      authorization: 'Bearer t',
      cookie: 'a=1; b=2',
      origin: 'https://app.example',
      'sec-fetch-mode': 'cors',
      'x-own': '1, 2',
    });
    expect(rawHeaders.filter((name) => name === 'x-own')).toHaveLength(2);
    for (const name of ['x-hop', 'te', 'proxy-authorization', 'keep-alive']) {
      expect(headers).not.toHaveProperty(name);
    }
  });
});

describe('H4.22: what the client receives', () => {
  it('is status, headers and body of the backend, with Apigw-Requestid', async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    served.backend.answer = () => ({
      status: 302,
      headers: { location: '/elsewhere', 'x-powered-by': 'E', server: 'own', 'content-type': 'a/b' },
      body: 'moved',
    });
    const response = await fetch(`${served.api.url}/books`, { redirect: 'manual' });
    expect([response.status, await response.text()]).toEqual([302, 'moved']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: '/elsewhere',
      'x-powered-by': 'E',
      server: 'own',
      'content-type': 'a/b',
      'content-length': '5',
      'apigw-requestid': expect.stringMatching(/^[\w-]{15}=$/) as string,
    });
  });

  it('has several Set-Cookie, and names in title case in the recorded order (H6.41, H6.42)', async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    const cookies = ['a=1', 'b=2'] as unknown as string;
    served.backend.answer = () => ({
      status: 200,
      headers: { 'x-probe': 'p', 'set-cookie': cookies, 'content-type': 'a/b' },
      body: 'x',
    });
    const { rawHeaders } = await rawRequest(served.api.port, '/books');
    expect(rawHeaders.filter((_, index) => index % 2 === 0)).toEqual([
      'Date',
      'Content-Type',
      'Content-Length',
      'Connection',
      'X-Probe',
      'Set-Cookie',
      'Set-Cookie',
      'Apigw-Requestid',
    ]);
  });

  it.each([100, 100_000])('has the bytes of the backend: %s', async (length) => {
    await using served = await proxied('GET /books', 'BACKEND');
    const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256));
    served.backend.answer = () => ({ status: 200, body: bytes as unknown as string });
    const response = await fetch(`${served.api.url}/books`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('has no body but its length after HEAD, and no length after 204', async () => {
    await using served = await proxied('ANY /books', 'BACKEND');
    served.backend.answer = ({ method }) =>
      method === 'HEAD' ? { status: 200, headers: { 'content-length': '7' } } : { status: 204 };
    const head = await fetch(`${served.api.url}/books`, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('7');
    const empty = await fetch(`${served.api.url}/books`);
    expect([empty.status, empty.headers.get('content-length')]).toEqual([204, null]);
  });
});

describe('H10: when there is no response, the client receives', () => {
  const answerOf = async (url: string) => {
    const response = await fetch(url);
    return [response.status, await response.text(), response.headers.get('content-type')];
  };
  const UNAVAILABLE = [503, '{"message":"Service Unavailable"}', 'application/json'];

  it('H10.07: 503 after the timeout', async () => {
    await using served = await proxied('GET /books', 'BACKEND', { timeoutMs: 50 });
    served.backend.answer = () => new Promise(() => undefined);
    expect(await answerOf(`${served.api.url}/books`)).toEqual(UNAVAILABLE);
  });

  it('H10.08: 503 if nothing listens, or the connection breaks', async () => {
    await using closed = await HttpApiUnderTest.start([
      httpRoute('GET /books', urlIntegration('http://127.0.0.1:1')),
    ]);
    expect(await answerOf(`${closed.url}/books`)).toEqual(UNAVAILABLE);
    const breaking = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => {
      breaking.listen(0, '127.0.0.1', resolve);
    });
    const { port } = breaking.address() as { port: number };
    await using api = await HttpApiUnderTest.start([
      httpRoute('GET /books', urlIntegration(`http://127.0.0.1:${port}`)),
    ]);
    expect(await answerOf(`${api.url}/books`)).toEqual(UNAVAILABLE);
    breaking.close();
  });

  it('H10.10: 503 if the response is over 10 MB', async () => {
    await using served = await proxied('GET /books', 'BACKEND');
    served.backend.answer = () => ({ status: 200, body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(await answerOf(`${served.api.url}/books`)).toEqual(UNAVAILABLE);
  });

  it('H10.09: 413 if its own body is over 10 MB', async () => {
    await using served = await proxied('POST /books', 'BACKEND');
    const response = await fetch(`${served.api.url}/books`, {
      method: 'POST',
      body: 'x'.repeat(10 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
    const accepted = await fetch(`${served.api.url}/books`, {
      method: 'POST',
      body: 'x'.repeat(10 * 1024 * 1024),
    });
    expect(accepted.status).toBe(200);
    expect(await served.backend.next()).toMatchObject({ headers: { 'content-length': '10485760' } });
  });

  it('nothing if it leaves before it has sent its body; the backend is not called', async () => {
    await using served = await proxied('POST /books', 'BACKEND');
    const socket = connect(served.api.port, '127.0.0.1');
    socket.end('POST /books HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello');
    const refusal = expect.objectContaining({ reason: 'the client left before it had sent the whole body' });
    await expect.poll(() => served.api.logLines).toContainEqual(refusal);
    expect(served.backend.unexpected).toEqual([]);
    socket.destroy();
  });

  it('H2.20: 500 if the route has no integration', async () => {
    await using api = await HttpApiUnderTest.start([httpRoute('GET /none')]);
    expect((await fetch(`${api.url}/none`)).status).toBe(500);
    expect(api.logLines).toContainEqual(
      expect.objectContaining({ reason: 'the route GET /none has no integration' }),
    );
  });
});

const rawRequest = async (port: number, path: string, headers: OutgoingHttpHeaders = {}) =>
  new Promise<{ readonly rawHeaders: readonly string[] }>((resolve, reject) => {
    const sent = httpRequest({ port, path, host: '127.0.0.1', headers }, (response) => {
      response.resume();
      resolve(response);
    });
    sent.once('error', reject).end();
  });
