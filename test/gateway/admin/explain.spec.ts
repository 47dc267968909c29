import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway } from '../../../src/gateway/harness/running-gateway.js';
import { startGateway } from '../../../src/gateway/index.js';
import { AdminClient } from '../../support/admin-client.js';
import { twoApis } from '../../support/two-apis.js';

let gateway: RunningGateway;
let admin: AdminClient;
let chat: string;
let books: string;

beforeEach(async () => {
  const template = JSON.stringify(twoApis('http://backend.example'), undefined, 2).replace(
    '"RouteKey": "ask"',
    '"RouteKey": "ask", "OperationName": "Ask"',
  );
  gateway = await startGateway({ template });
  admin = new AdminClient(gateway.endpoint);
  const { items } = (await admin.get('apis')) as { items: { apiId: string; name: string }[] };
  chat = items.find(({ name }) => name === 'chat')!.apiId;
  books = items.find(({ name }) => name === 'books')!.apiId;
});
afterEach(async () => gateway.close());

describe('POST /_gateway/explain', () => {
  it('responds with the request that a message, a handshake or a request would lead to, and sends nothing', async () => {
    const { body: message } = await admin.request('POST', 'explain', {
      apiId: chat,
      body: '{"action":"ask"}',
    });
    expect(message).toMatchObject({ isSent: true });
    expect((message as { text: string }).text).toMatch(
      /# route ask of stage dev → IntegrationAsk \(line \d+\).*POST \/ask HTTP\/1\.1.*"action":"ask"/s,
    );
    const { body: handshake } = await admin.request('POST', 'explain', {
      apiId: chat,
      stage: 'dev',
      route: '$connect',
      query: 'name=ann',
    });
    expect((handshake as { text: string }).text).toContain('Name: ann');
    const { body: request } = await admin.request('POST', 'explain', { apiId: books, request: 'GET /a?x=1' });
    expect((request as { text: string }).text).toContain('GET /a?x=1 HTTP/1.1');
    expect(gateway.events()).toEqual([]);
  });

  it.each([
    [{ apiId: 'x' }, 'there is no API x'],
    [{}, 'apiId must be the id of an API'],
    [{ apiId: 'CHAT' }, 'route, one of $connect'],
    [{ apiId: 'CHAT', stage: 'prod', body: '{}' }, 'stage must be one of dev'],
    [{ apiId: 'CHAT', request: 'GET /' }, 'request is for an HTTP API'],
    [{ apiId: 'BOOKS' }, 'request is required'],
    [{ apiId: 'BOOKS', request: 'GET' }, "must be 'METHOD /path?query'"],
  ])('refuses %j', async (query, detail) => {
    const { apiId, ...others } = query as { apiId?: string };
    const id = apiId?.replace('CHAT', chat).replace('BOOKS', books);
    const { status, body } = await admin.request('POST', 'explain', { ...others, ...(id && { apiId: id }) });
    expect([status, (body as { detail: string }).detail]).toEqual([400, expect.stringContaining(detail)]);
  });
});

describe('GET /_gateway/findings', () => {
  it('has the findings of lint, each at the resource that has it', async () => {
    const template = twoApis('http://backend.example');
    const { IntegrationAsk } = template.Resources as Record<string, { Properties: Record<string, unknown> }>;
    IntegrationAsk!.Properties['RequestParameters'] = {
      'integration.request.header.Token': 'route.request.querystring.token',
    };
    await gateway.close();
    gateway = await startGateway({ template: JSON.stringify(template, undefined, 2) });
    const client = new AdminClient(gateway.endpoint);
    const { items } = (await client.get('findings')) as { items: Record<string, string>[] };
    const finding = items.find(({ rule }) => rule === 'connect-only-source');
    expect(finding).toMatchObject({ severity: 'error', logicalId: 'IntegrationAsk', fileName: 'template 1' });
    const { items: apis } = (await client.get('apis')) as {
      items: { integrations: { integrationId: string }[] }[];
    };
    expect(apis.flatMap(({ integrations }) => integrations.map((each) => each.integrationId))).toContain(
      finding!['resourceId'],
    );
  });
});
