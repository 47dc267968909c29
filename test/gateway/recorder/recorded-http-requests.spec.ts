import { describe, expect, it } from 'vitest';
import { startGateway } from '../../../src/gateway/index.js';
import { BOOKS_TEMPLATE } from '../harness-templates.js';
import { HttpBackend } from '../../support/http-backend.js';

const TYPE = { type: 'http_request' } as const;

describe('a request to an HTTP API', () => {
  it('is recorded from the client to the backend and back', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, headers: { 'x-from': 'backend' }, body: 'found' });
    await using gateway = await startGateway({
      template: BOOKS_TEMPLATE,
      targets: { Listener: backend.url },
    });
    const url = `${gateway.url()}/books?tenant=a&token=very-secret`;
    const headers = {
      origin: 'https://shop.example',
      'x-internal': '1',
      authorization: 'Bearer very-secret',
    };
    await (await fetch(url, { headers })).text();

    const event = await gateway.waitFor(TYPE);
    expect(event).toMatchObject({
      type: 'http_request',
      stage: '$default',
      routeKey: 'GET /books',
      requestId: expect.any(String) as string,
      outcome: { result: 'done', status: 200 },
    });
    expect(event).not.toHaveProperty('connectionId');
    expect(event.steps).toEqual([
      {
        step: 'client_request',
        method: 'GET',
        url: '/books?tenant=a&token=***',
        headers: expect.arrayContaining([
          ['x-internal', '1'],
          ['authorization', '***'],
        ]) as unknown,
      },
      {
        step: 'route',
        expression: '$request.method $request.path',
        value: 'GET /books',
        routeKey: 'GET /books',
      },
      {
        step: 'parameters',
        parameters: [
          { destination: 'append:header.x-tenant', source: '$request.querystring.tenant', values: ['a'] },
          {
            destination: 'remove:header.x-internal',
            source: "''",
            values: [],
            whyEmpty: 'it is removed',
          },
        ],
      },
      { step: 'target', vpcLinkId: expect.stringMatching(/^\w{6}$/) as string, origin: backend.url },
      {
        step: 'integration_request',
        kind: 'http',
        method: 'GET',
        url: `${backend.url}/books?tenant=a&token=***`,
        headers: expect.arrayContaining([['x-tenant', 'a']]) as unknown,
      },
      {
        step: 'integration_response',
        status: 200,
        headers: expect.arrayContaining([['x-from', 'backend']]) as unknown,
        body: { bytes: 5, text: 'found' },
        latencyMs: expect.any(Number) as number,
      },
      {
        step: 'parameters',
        direction: 'response',
        parameters: [
          { destination: 'append:header.x-served', source: '$context.routeKey', values: ['GET /books'] },
        ],
      },
      {
        step: 'cors',
        isPreflight: false,
        origin: 'https://shop.example',
        allowedOrigin: 'https://shop.example',
      },
      {
        step: 'client_response',
        status: 200,
        headers: expect.arrayContaining([['x-served', 'GET /books']]) as unknown,
        body: { bytes: 5, text: 'found' },
      },
    ]);
    expect(JSON.stringify(event)).not.toContain('very-secret');
  });

  it('has its body, and the event of a function', async () => {
    await using gateway = await startGateway({
      template: BOOKS_TEMPLATE,
      functions: { fn: async () => Promise.resolve({ statusCode: 201, body: 'made' }) },
    });
    await fetch(`${gateway.url()}/fn/1`, { method: 'POST', body: 'hello' });
    const { steps } = await gateway.waitFor(TYPE);
    expect(steps.map(({ step }) => step)).toEqual([
      'client_request',
      'route',
      'request_body',
      'integration_request',
      'integration_response',
      'client_response',
    ]);
    expect(steps[2]).toEqual({ step: 'request_body', body: { bytes: 5, text: 'hello' } });
    expect(steps[3]).toMatchObject({
      kind: 'lambda',
      functionName: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      body: { text: expect.stringContaining('"body":"hello"') as string },
    });
  });

  it.each([
    ['GET', '/nowhere', { result: 'refused', status: 404 }, ['client_request', 'route', 'failure']],
    ['GET', '/%ff', { result: 'refused', status: 400 }, ['client_request']],
    ['GET', '/books', { result: 'failed', status: 503 }, ['client_request', 'route', 'parameters']],
  ])('%s %s is recorded with its outcome', async (method, path, outcome, firstSteps) => {
    await using gateway = await startGateway({ template: BOOKS_TEMPLATE });
    await fetch(gateway.url() + path, { method });
    const event = await gateway.waitFor(TYPE);
    expect(event.outcome).toMatchObject({ ...outcome, reason: expect.any(String) as string });
    expect(event.steps.slice(0, firstSteps.length).map(({ step }) => step)).toEqual(firstSteps);
  });

  it('is recorded if it is a preflight to which the gateway responds', async () => {
    await using gateway = await startGateway({ template: BOOKS_TEMPLATE });
    const headers = { origin: 'https://other.example', 'access-control-request-method': 'GET' };
    await fetch(`${gateway.url()}/books`, { method: 'OPTIONS', headers });
    const { steps, outcome } = await gateway.waitFor(TYPE);
    expect(steps).toContainEqual({ step: 'cors', isPreflight: true, origin: 'https://other.example' });
    expect(outcome).toEqual({ result: 'done', status: 204 });
  });
});
