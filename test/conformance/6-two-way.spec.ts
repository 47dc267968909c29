import { CreateRouteResponseCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, errorOf, startBackend } from './api-under-test.js';

/** A two-way route `$default` whose backend gives this response. */
async function twoWay(spec: RouteSpec, integration: RouteSpec['integration'] = {}) {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $default: { isTwoWay: true, ...spec, integration: { IntegrationUri: backend.publicUrl, ...integration } },
  });
  const client = await api.open();
  return {
    /** What the client gets for a message. */
    async answerTo(message: unknown, status: number, body = '', headers: Record<string, string> = {}) {
      backend.answer = () => ({ status, body, headers });
      client.send(message);
      return client.nextText();
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('§6 a two-way route', () => {
  it('passes on the body of an HTTP_PROXY backend as it is, with nothing but a route response [observed]', async () => {
    await using on = await twoWay({});
    expect(await on.answerTo('{}', 200, ' not {JSON} – ü ')).toBe(' not {JSON} – ü ');
  });

  it('does so with RouteResponseSelectionExpression too [documented]', async () => {
    await using on = await twoWay({ RouteResponseSelectionExpression: '$default' });
    expect(await on.answerTo('{}', 200, 'hello')).toBe('hello');
  });

  it('passes on an empty body as an empty message [observed]', async () => {
    await using on = await twoWay({});
    expect(await on.answerTo('{}', 200, '')).toBe('');
  });

  it('passes on the body of a proxy whatever its integration responses say [documented]', async () => {
    await using on = await twoWay({
      integrationResponses: [
        {
          IntegrationResponseKey: '/200/',
          TemplateSelectionExpression: '\\$default',
          ResponseTemplates: { $default: 'from the template' },
        },
      ],
    });
    expect(await on.answerTo('{}', 200, 'hello')).toBe('hello');
  });

  it('has a response $default and no other [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    const created = api.control.send(
      new CreateRouteResponseCommand({
        ApiId: api.apiId,
        RouteId: api.routeIds.get('$default'),
        RouteResponseKey: 'other',
      }),
    );
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });
});

describe('§6 the integration response of a non-proxy integration', () => {
  const response = (IntegrationResponseKey: string, output: string) => ({
    IntegrationResponseKey,
    TemplateSelectionExpression: '\\$default',
    ResponseTemplates: { $default: output },
  });
  const integrationResponses = [
    response('/200/', 'exactly 200'),
    response('/4\\d\\d/', 'any 4xx'),
    response('$default', 'any other'),
  ];

  it.each([
    [200, 'exactly 200'],
    [404, 'any 4xx'],
    [201, 'any other'],
    [500, 'any other'],
  ])('is selected by the status %i: %s [documented]', async (status, expected) => {
    await using on = await twoWay({ integrationResponses }, { IntegrationType: 'HTTP' });
    expect(await on.answerTo('{}', status)).toBe(expected);
  });

  it.each(['200', '/(/'])(
    'has a key that is $default or a pattern between slashes, not %s [documented]',
    async (key) => {
      await using api = await ApiUnderTest.create();
      const created = api.createRoute('$default', {
        integration: { IntegrationType: 'HTTP', IntegrationUri: 'http://backend.example/' },
        integrationResponses: [{ IntegrationResponseKey: key }],
      });
      expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
    },
  );

  it('may select its template by all values of a header [documented]', async () => {
    // which text several values make is not documented
    await using api = await ApiUnderTest.create();
    await api.createRoute('$default', {
      integration: { IntegrationType: 'HTTP', IntegrationUri: 'http://backend.example/' },
      integrationResponses: [
        { TemplateSelectionExpression: '${integration.response.multivalueheader.x-kind}' },
      ],
    });
    expect(api.routeIds.has('$default')).toBe(true);
  });

  it.each<[string, string]>([
    ['${request.body.kind}', 'chat'],
    ['${integration.response.statuscode}', '200'],
    ['${integration.response.header.x-kind}', 'from-header'],
    ['fixed', 'fixed'],
    ['\\$default', '$default'],
  ])('selects its template by %s: %s [documented]', async (TemplateSelectionExpression, key) => {
    await using on = await twoWay(
      {
        integrationResponses: [
          {
            TemplateSelectionExpression,
            ResponseTemplates: { [key]: 'the right one', ...(key !== '$default' && { $default: 'another' }) },
          },
        ],
      },
      { IntegrationType: 'HTTP' },
    );
    expect(await on.answerTo({ kind: 'chat' }, 200, '', { 'x-kind': 'from-header' })).toBe('the right one');
  });
});
