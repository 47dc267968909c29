import { describe, expect, it } from 'vitest';
import { ApiUnderTest, errorFrame, startBackend } from './api-under-test.js';

describe('§6 on a one-way route', () => {
  it('the client gets nothing, whatever the integration responds [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    backend.answer = () => ({ status: 200, body: 'not sent' });
    client.send('hello');
    await backend.next();
    // a close is answered after whatever was sent before it
    await client.close(1000);
    expect(client.unexpected).toEqual([]);
  });

  it('the client gets nothing, whatever the integration responses say [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: {
        integration: { IntegrationType: 'HTTP', IntegrationUri: backend.publicUrl },
        integrationResponses: [
          { TemplateSelectionExpression: '\\$default', ResponseTemplates: { $default: 'not sent' } },
        ],
      },
    });
    using client = await api.open();
    client.send('hello');
    await backend.next();
    await client.close(1000);
    expect(client.unexpected).toEqual([]);
  });

  it('the client gets an error frame all the same when a template fails [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: {
        integration: {
          IntegrationType: 'HTTP',
          IntegrationUri: backend.publicUrl,
          TemplateSelectionExpression: '\\$default',
          RequestTemplates: { $default: "#set($text = 'short')$text.substring(99)" },
        },
        integrationResponses: [{}],
      },
    });
    using client = await api.open();
    client.send('{}');
    expect(await client.nextText()).toMatch(errorFrame('Internal server error'));
    expect(backend.unexpected).toEqual([]);
  });

  it('the client gets an error frame all the same when the backend cannot be reached, and stays connected [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    await backend[Symbol.asyncDispose]();
    using client = await api.open();
    for (const message of ['hello', 'hello again']) {
      client.send(message);
      expect(await client.nextText()).toMatch(errorFrame('Internal server error'));
    }
  });
});
