import { GetRoutesCommand } from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { isControlRequest } from '../../../src/gateway/control/control-api.js';
import {
  type ControlApi,
  createApi,
  createRoute,
  refusal,
  serveControlApiPerTest,
} from './serve-control-api.js';

describe('the HTTP API of the control plane', () => {
  const served = serveControlApiPerTest();

  it('sends a request id with every response', async () => {
    const ids = await Promise.all(
      ['/v2/apis', '/v2/apis/nosuchapi0'].map(async (path) => {
        const response = await served.send('GET', path);
        return response.headers.get('x-amzn-RequestId');
      }),
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(null);
  });

  it('describes the error in JSON', async () => {
    const response = await served.send('GET', '/v2/apis/nosuchapi0');
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(await response.json()).toEqual({ message: expect.any(String), resourceType: 'API' });
  });

  it('names the field, its value and the expected form', async () => {
    const response = await served.send('POST', '/v2/apis', { name: 5 });
    expect(await response.json()).toEqual({
      message: 'Name is 5; it must be a string of 1 to 128 characters',
    });
  });

  it('returns 400 for a deeply nested field', async () => {
    const depth = 200_000;
    const response = await served.send(
      'POST',
      '/v2/apis',
      `{"name":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    );
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it.each(['{"name":', 'name=chat', '"chat"', '[]', 'null', '\u0000'])(
    'returns 400 for the body %j, which is not a JSON object',
    async (body) => {
      const response = await served.send('POST', '/v2/apis', body);
      expect(refusal(response)).toEqual({ status: 400, errorType: 'SerializationException' });
    },
  );

  it('reads a request without a body as one without fields', async () => {
    const ApiId = await createApi(served);
    const response = await served.send('PATCH', `/v2/apis/${ApiId}`);
    expect(response.status).toBe(200);
  });

  it('decodes the names in the path', async () => {
    const ApiId = await createApi(served);
    const RouteId = await createRoute(served, ApiId, '$connect');
    const key = 'route.request.querystring.$a';
    await served.send('PATCH', `/v2/apis/${ApiId}/routes/${RouteId}`, {
      requestParameters: { [key]: {} },
    });
    const path = `/v2/apis/${ApiId}/routes/${RouteId}/requestparameters/${encodeURIComponent(key)}`;
    expect((await served.send('DELETE', path)).status).toBe(204);
  });

  it('returns 400 for a path with invalid percent-encoding', async () => {
    const response = await served.send('GET', '/v2/apis/%zz');
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it.each([
    ['GET', '/v2'],
    ['GET', '/v2/tags'],
    ['GET', '/v2/routingrules'],
    ['POST', '/apikeys?mode=import'],
    ['GET', '/usageplans/abc123/usage'],
    ['POST', '/v2/portals'],
    ['GET', '/vpclinks/abc123/more'],
    ['GET', '/v2/apis/{api}/constructor'],
    ['GET', '/v2/apis/{api}/stages/dev/more'],
  ])('returns 404 for %s %s, which is not an operation', async (method, path) => {
    const response = await served.send(method, path.replace('{api}', await createApi(served)));
    expect(refusal(response)).toEqual({ status: 404, errorType: 'UnknownOperationException' });
  });

  it.each([
    ['DELETE', '/v2/apis', 'GET, POST'],
    ['PUT', '/v2/domainnames/ws.example.com', 'DELETE, GET, PATCH'],
    ['DELETE', '/vpclinks', 'GET, POST'],
    ['HEAD', '/v2/apis', 'GET, POST'],
    ['PUT', '/v2/tags/arn', 'DELETE, GET, POST'],
  ])('returns 405 for %s %s and lists the allowed methods', async (method, path, allowed) => {
    const response = await served.send(method, path);
    expect([response.status, response.headers.get('Allow')]).toEqual([405, allowed]);
  });

  describe('in pages', () => {
    let ApiId: string;
    beforeEach(async () => {
      ApiId = await createApi(served);
      for (let index = 0; index < 30; index++) await createRoute(served, ApiId, `route${index}`);
    });

    it('has 25 items by default', async () => {
      const { Items, NextToken } = await served.v2.send(new GetRoutesCommand({ ApiId }));
      expect([Items?.length, typeof NextToken]).toEqual([25, 'string']);
    });

    it('returns each item once over all pages', async () => {
      const pages = await allPages(served, ApiId, '7');
      const ids = pages.flat();
      expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 2]);
      expect(new Set(ids).size).toBe(30);
    });

    it('has no token on a last page that is full', async () => {
      const { NextToken } = await served.v2.send(new GetRoutesCommand({ ApiId, MaxResults: '30' }));
      expect(NextToken).toBeUndefined();
    });

    it.each(['0', '501', '-1', '1.5', 'x', ''])('refuses the page size %j', async (maxResults) => {
      const response = await served.send('GET', `/v2/apis/${ApiId}/routes?maxResults=${maxResults}`);
      expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
    });

    it.each(['!', ''])('refuses the token %j', async (token) => {
      const response = await served.send('GET', `/v2/apis/${ApiId}/routes?nextToken=${token}`);
      expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
    });
  });
});

describe('a path of the control plane', () => {
  it.each([
    '/v2',
    '/v2/',
    '/v2/apis',
    '/v2/apis/abc/stages/%24default',
    '/vpclinks',
    '/vpclinks/abc123',
    '/apikeys',
    '/usageplans/abc123/keys',
  ])('%s belongs to it', (path) => {
    expect(isControlRequest(path)).toBe(true);
  });

  it.each([
    '/',
    '/dev',
    '/v20',
    '/v2x/apis',
    '/dev/v2/apis',
    '/vpclinksx',
    '/v2/@connections/L0SM9cOFvHcCIhw=',
  ])('%s does not belong to it', (path) => {
    expect(isControlRequest(path)).toBe(false);
  });

  it('does not include the encoded @connections of a stage called v2', () => {
    expect(isControlRequest('/v2/%40connections/L0SM9cOFvHcCIhw%3D')).toBe(false);
  });
});

describe('a signature', () => {
  const signedFor = (service: string) =>
    `AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

  it('for the control plane makes any path one of it', () => {
    expect(isControlRequest('/account', signedFor('apigateway'))).toBe(true);
  });

  it.each([undefined, '', 'Bearer apigateway', signedFor('execute-api'), signedFor('apigateway2')])(
    'does not with %j',
    (authorization) => {
      expect(isControlRequest('/account', authorization)).toBe(false);
    },
  );
});

/** The ids of the routes, page by page. */
async function allPages({ v2 }: ControlApi, ApiId: string, MaxResults: string) {
  const pages: unknown[][] = [];
  let token: string | undefined;
  do {
    const { Items = [], NextToken } = await v2.send(
      new GetRoutesCommand({ ApiId, MaxResults, NextToken: token }),
    );
    pages.push(Items.map(({ RouteId }) => RouteId));
    token = NextToken;
  } while (token !== undefined);
  return pages;
}
