import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';

/** A one-way route `$default` with a non-proxy integration. */
async function withIntegration(integration: RouteSpec['integration']) {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $default: {
      integration: { IntegrationType: 'HTTP', IntegrationUri: backend.publicUrl, ...integration },
      integrationResponses: [{}],
    },
  });
  const client = await api.open();
  return {
    backend,
    client,
    api,
    /** What the backend receives of a message. */
    async bodyFor(message: unknown) {
      client.send(message);
      return (await backend.next()).body;
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('§5 a non-proxy HTTP integration', () => {
  it("sends the template's output, with these headers [observed]", async () => {
    await using on = await withIntegration({
      TemplateSelectionExpression: '\\$default',
      RequestTemplates: { $default: '{"from":"template"}' },
    });
    on.client.send('hello');
    const { headers, body } = await on.backend.next();
    expect(body).toBe('{"from":"template"}');
    expect(headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': `AmazonAPIGateway_${on.api.apiId}`,
      'x-amzn-apigateway-api-id': on.api.apiId,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/) as string,
      'x-forwarded-for': expect.stringMatching(/^[\da-f.:]+$/) as string,
      'x-forwarded-proto': 'https',
    });
  });
});

describe('§5 TemplateSelectionExpression', () => {
  const RequestTemplates = { chat: 'for chat', $default: 'for all others' };

  it.each<[string, unknown, string]>([
    ['${request.body.kind}', { kind: 'chat' }, 'for chat'],
    ['${request.body.kind}', { kind: 'game' }, 'for all others'],
    ['chat', { kind: 'game' }, 'for chat'],
    ['\\$default', { kind: 'chat' }, 'for all others'],
  ])(
    '%s with %j selects the template %s [documented]',
    async (TemplateSelectionExpression, message, body) => {
      await using on = await withIntegration({ TemplateSelectionExpression, RequestTemplates });
      expect(await on.bodyFor(message)).toBe(body);
    },
  );
});

describe('§5 a message that no template is for', () => {
  const RequestTemplates = { chat: 'for chat' };
  const TemplateSelectionExpression = '${request.body.kind}';
  const message = '{"kind":"game"}';

  it('goes through as it is with WHEN_NO_MATCH [documented]', async () => {
    await using on = await withIntegration({
      PassthroughBehavior: 'WHEN_NO_MATCH',
      TemplateSelectionExpression,
      RequestTemplates,
    });
    expect(await on.bodyFor(message)).toBe(message);
  });

  it('goes through with WHEN_NO_TEMPLATES only if there are none at all [documented]', async () => {
    await using on = await withIntegration({ PassthroughBehavior: 'WHEN_NO_TEMPLATES' });
    expect(await on.bodyFor(message)).toBe(message);
  });

  it.each(['WHEN_NO_TEMPLATES', 'NEVER'] as const)('is rejected with %s [documented]', async (behaviour) => {
    await using on = await withIntegration({
      PassthroughBehavior: behaviour,
      TemplateSelectionExpression,
      RequestTemplates,
    });
    on.client.send(message);
    expect(await on.client.next()).toHaveProperty('message');
    expect(on.backend.unexpected).toEqual([]);
  });
});

it('§5 a handshake that no template is for is refused with 415 with NEVER [documented]', async () => {
  await using backend = await startBackend();
  await using api = await ApiUnderTest.deployed({
    $connect: {
      integration: {
        IntegrationType: 'HTTP',
        IntegrationUri: backend.publicUrl,
        PassthroughBehavior: 'NEVER',
        TemplateSelectionExpression: 'none',
        RequestTemplates: { chat: 'for chat' },
      },
      integrationResponses: [{}],
    },
  });
  expect((await refusedHandshake(api.webSocketUrl)).status).toBe(415);
  expect(backend.unexpected).toEqual([]);
});

describe('§5 ContentHandlingStrategy', () => {
  it('CONVERT_TO_BINARY makes bytes of the client’s base64 [documented]', async () => {
    await using on = await withIntegration({ ContentHandlingStrategy: 'CONVERT_TO_BINARY' });
    expect(await on.bodyFor(Buffer.from('hello ü').toString('base64'))).toBe('hello ü');
  });

  it('CONVERT_TO_TEXT makes base64 of the backend’s bytes [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: {
        isTwoWay: true,
        RouteResponseSelectionExpression: '$default',
        integration: { IntegrationType: 'HTTP', IntegrationUri: backend.publicUrl },
        integrationResponses: [{ ContentHandlingStrategy: 'CONVERT_TO_TEXT' }],
      },
    });
    backend.answer = () => ({ status: 200, body: 'hello ü' });
    using client = await api.open();
    client.send('{}');
    expect(await client.nextText()).toBe(Buffer.from('hello ü').toString('base64'));
  });
});

describe('§5 a MOCK integration', () => {
  it('on $connect accepts with a template that says 200 [documented]', async () => {
    await using api = await ApiUnderTest.deployed({
      $connect: {
        integration: {
          IntegrationType: 'MOCK',
          TemplateSelectionExpression: '200',
          RequestTemplates: { '200': '{"statusCode": 200}' },
        },
        integrationResponses: [{}],
      },
    });
    using client = await api.open();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('responds with the template of its integration response [observed]', async () => {
    await using api = await ApiUnderTest.deployed({
      $default: {
        isTwoWay: true,
        RouteResponseSelectionExpression: '$default',
        integration: {
          IntegrationType: 'MOCK',
          TemplateSelectionExpression: '\\$default',
          RequestTemplates: { $default: '{"statusCode": 200}' },
        },
        integrationResponses: [
          {
            IntegrationResponseKey: '/200/',
            TemplateSelectionExpression: '\\$default',
            ResponseTemplates: { $default: '{"from":"mock"}' },
          },
        ],
      },
    });
    using client = await api.open();
    client.send('{}');
    expect(await client.next()).toEqual({ from: 'mock' });
  });
});
