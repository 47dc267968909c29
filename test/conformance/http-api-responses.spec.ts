import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { rawHttpRequest } from '../support/raw-http-request.js';
import { invoking } from './function-under-test.js';
import { HttpApiInTarget, proxiedApi } from './http-api-under-test.js';
import { hasFunction, isAws, isOwnStandIn } from './target.js';

/** The names of the headers that a client receives, as they are written. */
async function namesOf(api: HttpApiInTarget, path = '/'): Promise<readonly string[]> {
  const { rawHeaders } = await rawHttpRequest(api.url + path, { headers: ['Host', new URL(api.url).host] });
  return rawHeaders.filter((_, index) => index % 2 === 0);
}

describe.runIf(hasFunction)('H6 the response of a function', () => {
  it.runIf(!isAws)(
    'H6.41, H6.42: has its headers in the recorded order and spelling [observed]',
    async () => {
      await using served = await invoking('$default');
      served.lambda.handler = () => ({
        statusCode: 200,
        headers: { 'x-probe': 'a', 'content-type': 'text/plain' },
        body: 'hi',
      });
      expect(await namesOf(served.api)).toEqual([
        'Date',
        'Content-Type',
        'Content-Length',
        'Connection',
        'X-Probe',
        'Apigw-Requestid',
      ]);
    },
  );

  it.runIf(isOwnStandIn)(
    'H10.07: does not reach the client after the timeout of the integration [observed]',
    async () => {
      await using served = await invoking('$default', { integration: { TimeoutInMillis: 50 } });
      const finished = Promise.withResolvers<object>();
      served.lambda.handler = () => finished.promise;
      const response = await served.api.request('/');
      expect([response.status, await response.text()]).toEqual([503, '{"message":"Service Unavailable"}']);
      // the function was called, and runs on
      expect(await served.lambda.next()).toMatchObject({ rawPath: '/' });
      finished.resolve({ statusCode: 200 });
    },
  );

  it('H6.37: has one line for a set-cookie that joins several cookies [observed]', async () => {
    await using served = await invoking('$default');
    served.lambda.handler = () => ({ statusCode: 200, headers: { 'set-cookie': 'a=1, b=2' } });
    expect((await served.api.request('/')).headers.getSetCookie()).toEqual(['a=1, b=2']);
  });

  it('H6.34: has the cookies before a set-cookie [observed]', async () => {
    await using served = await invoking('$default');
    served.lambda.handler = () => ({
      statusCode: 200,
      headers: { 'Set-Cookie': 'c=3' },
      cookies: ['a=1', 'b=2'],
    });
    expect((await served.api.request('/')).headers.getSetCookie()).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('H6.35: is decoded from base64 whatever its type, and whatever the client accepts [observed]', async () => {
    await using served = await invoking('$default');
    served.lambda.handler = () => ({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0, 255, 128]).toString('base64'),
      isBase64Encoded: true,
    });
    const response = await served.api.request('/', { headers: { accept: 'text/plain' } });
    expect([...(await response.bytes())]).toEqual([0, 255, 128]);
  });

  it('H6.38: of payload 1.0 has all values of multiValueHeaders [documented]', async () => {
    await using served = await invoking('$default', { version: '1.0' });
    served.lambda.handler = () => ({
      statusCode: 200,
      headers: { 'x-own': 'o' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
    });
    const { headers } = await served.api.request('/');
    expect([headers.get('x-own'), headers.getSetCookie()]).toEqual(['o', ['a=1', 'b=2']]);
  });

  it('H6.38, H6.44: of payload 1.0 needs a statusCode [documented]', async () => {
    await using served = await invoking('$default', { version: '1.0' });
    served.lambda.handler = () => ({ message: 'hi' });
    expect((await served.api.request('/')).status).toBe(500);
  });
});

describe('H4.22 the response of a backend', () => {
  it('has its status, headers, cookies and body, and a request id [documented]', async () => {
    await using served = await proxiedApi(['$default']);
    served.backend.answer = () => ({
      status: 418,
      headers: { 'content-type': 'a/b', 'x-own': 'o', 'set-cookie': ['a=1', 'b=2'] },
      body: 'ü',
    });
    const response = await served.api.request('/p');
    const { status, headers } = response;
    expect([status, await response.text(), headers.get('content-type')]).toEqual([418, 'ü', 'a/b']);
    expect([headers.get('x-own'), headers.getSetCookie()]).toEqual(['o', ['a=1', 'b=2']]);
    expect(headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  });

  it('is a redirect that the client follows, not the gateway [documented]', async () => {
    await using served = await proxiedApi(['$default']);
    served.backend.answer = ({ url }) => ({ status: 302, headers: { location: `${url}/next` } });
    const response = await served.api.request('/p');
    await served.backend.next();
    expect([response.status, response.headers.get('location')]).toEqual([302, '/p/next']);
    expect(served.backend.unexpected).toEqual([]);
  });

  it.each([
    ['GET', 'application/octet-stream', Buffer.from([0, 255, 128, 10])],
    ['POST', 'application/json', Buffer.from('{"a": 1}\n')],
  ])('to %s has the bytes of the type %s [documented]', async (method, type, bytes) => {
    await using served = await proxiedApi(['$default']);
    served.backend.answer = () => ({ status: 200, headers: { 'content-type': type }, body: bytes });
    const response = await served.api.request('/p', { method });
    expect(Buffer.from(await response.bytes())).toEqual(bytes);
  });
});

it.runIf(isOwnStandIn)('H4.21: is released when the backend has sent all of it [observed]', async () => {
  const finish = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url === '/slow') {
      response.write('first ');
      void finish.promise.then(() => response.end('last'));
    } else response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using api = await HttpApiInTarget.deployed({
    routes: { $default: { IntegrationUri: `http://127.0.0.1:${port}` } },
  });
  const events: string[] = [];
  const slow = api.request('/slow').then(async (response) => {
    events.push('slow');
    return response;
  });
  for (const _ of [1, 2, 3]) {
    await (await api.request('/quick')).text();
    events.push('quick');
  }
  finish.resolve();
  expect(await (await slow).text()).toBe('first last');
  expect(events).toEqual(['quick', 'quick', 'quick', 'slow']);
  expect((await slow).headers.get('content-length')).toBe('10');
  server.close();
  server.closeAllConnections();
});
