import { GetApiCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { ApiUnderTest, errorFrame, errorOf, startBackend } from './api-under-test.js';

/** An API whose routes each lead to a path of their own. */
async function routed(selection: string, routeKeys: readonly string[]) {
  const backend = await startBackend();
  const routes = routeKeys.map(
    (routeKey, index) =>
      [routeKey, { integration: { IntegrationUri: `${backend.publicUrl}/${index}` } }] as const,
  );
  const api = await ApiUnderTest.deployed(Object.fromEntries(routes), {
    api: { RouteSelectionExpression: selection },
  });
  const client = await api.open();
  return {
    api,
    client,
    /** The route that a message takes. */
    async routeOf(message: unknown, from = client) {
      from.send(message);
      const { url } = await backend.next();
      return routeKeys[Number(url.slice(1))];
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('§2 the route selection expression', () => {
  it.each<[string, unknown, string]>([
    ['$request.body.action', { action: 'join' }, 'join'],
    ['${request.body.action}', { action: 'join' }, 'join'],
    ['$request.body.service.do', { service: { do: 'join' } }, 'join'],
    ['${request.body.service}/${request.body.action}', { service: 'chat', action: 'join' }, 'chat/join'],
    ['${request.body.action}-${request.body.x}', { action: 'join', x: 'y' }, 'join-y'],
    ['action', { any: 'message' }, 'action'],
    ['a\\$${request.body.action}', { action: 'join' }, 'a$join'],
    ['$request.body.list[1]', { list: ['leave', 'join'] }, 'join'],
    ["$request.body['action']", { action: 'join' }, 'join'],
  ])('%s selects for %j the route %s [documented]', async (selection, message, routeKey) => {
    await using api = await routed(selection, [routeKey, '$default']);
    expect(await api.routeOf(message)).toBe(routeKey);
  });

  it('\\$default sends every message to $default [documented]', async () => {
    await using api = await routed('\\$default', ['join', '$default']);
    expect(await api.routeOf({ action: 'join' })).toBe('$default');
  });

  it('sees nothing but the message: a header of the handshake selects no route [documented]', async () => {
    // whether such an expression is refused or finds nothing is not documented
    const reached = async () => {
      await using api = await routed('$request.header.action', ['join', '$default']);
      using client = await api.api.open({ headers: { action: 'join' } });
      return await api.routeOf({ action: 'join' }, client);
    };
    expect(await reached().catch(({ name }: Error) => name)).toMatch(/^(\$default|BadRequestException)$/);
  });

  it('is evaluated once: a value that looks like a variable stays what it is [documented]', async () => {
    await using api = await routed('$request.body.action', ['join', '$default']);
    expect(await api.routeOf({ action: '$request.body.other', other: 'join' })).toBe('$default');
  });

  it('makes "[item1, item2]" of an array of two elements [documented]', async () => {
    await using api = await routed('$request.body.action', ['[item1, item2]', '$default']);
    expect(await api.routeOf({ action: ['item1', 'item2'] })).toBe('[item1, item2]');
  });

  it('makes an empty string of a path that is not found [documented]', async () => {
    await using api = await routed('${request.body.action}-${request.body.missing}', ['join-', '$default']);
    expect(await api.routeOf({ action: 'join' })).toBe('join-');
  });

  it('is required for a WebSocket API [documented]', async () => {
    await expect(ApiUnderTest.create({ api: { RouteSelectionExpression: undefined } })).rejects.toMatchObject(
      { name: 'BadRequestException' },
    );
  });
});

describe('§2 a message', () => {
  it('goes to the route whose key equals the value, to the letter [documented]', async () => {
    await using api = await routed('$request.body.action', ['join', '$default']);
    expect(await api.routeOf({ action: 'Join' })).toBe('$default');
    expect(await api.routeOf({ action: 'join' })).toBe('join');
  });

  it('that no route matches goes to $default [documented]', async () => {
    await using api = await routed('$request.body.action', ['join', '$default']);
    expect(await api.routeOf({ action: 'leave' })).toBe('$default');
  });

  it('that is not JSON goes to $default [documented]', async () => {
    await using api = await routed('$request.body.action', ['join', '$default']);
    expect(await api.routeOf('join')).toBe('$default');
  });

  it('that no route matches, without $default, is answered with Forbidden, and the connection stays open [observed]', async () => {
    await using api = await routed('$request.body.action', ['join']);
    api.client.send({ action: 'leave' });
    expect(await api.client.nextText()).toMatch(errorFrame('Forbidden'));
    expect(await api.routeOf({ action: 'join' })).toBe('join');
  });

  it('for a route that was not deployed yet is answered with Forbidden [observed]', async () => {
    await using api = await routed('$request.body.action', ['join']);
    await api.api.createRoute('leave', { integration: { IntegrationUri: 'http://127.0.0.1:9/' } });
    api.client.send({ action: 'leave' });
    expect(await api.client.nextText()).toMatch(errorFrame('Forbidden'));
  });

  it('for a route without a target is answered with Internal server error [observed]', async () => {
    await using api = await ApiUnderTest.deployed({ join: {} });
    using client = await api.open();
    client.send({ action: 'join' });
    expect(await client.nextText()).toMatch(errorFrame('Internal server error'));
  });
});

describe('§2 of the other selection expressions', () => {
  it.each(['$request.header.x-api-key', '$context.authorizer.usageIdentifierKey'])(
    'ApiKeySelectionExpression may be %s [documented]',
    async (ApiKeySelectionExpression) => {
      await using api = await ApiUnderTest.create({ api: { ApiKeySelectionExpression } });
      const { ApiKeySelectionExpression: kept } = await api.control.send(
        new GetApiCommand({ ApiId: api.apiId }),
      );
      expect(kept).toBe(ApiKeySelectionExpression);
    },
  );

  it('ApiKeySelectionExpression may be no other [documented]', async () => {
    const created = ApiUnderTest.create({ api: { ApiKeySelectionExpression: '$request.header.other' } });
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });

  it('RouteResponseSelectionExpression may be no other than $default [documented]', async () => {
    await using api = await ApiUnderTest.create();
    await api.createRoute('a', { RouteResponseSelectionExpression: '$default' });
    const created = api.createRoute('b', { RouteResponseSelectionExpression: '$request.body.kind' });
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });
});

it('§2 a route key of one’s own must not start with $ [documented]', async () => {
  await using api = await ApiUnderTest.create();
  expect(await errorOf(api.createRoute('$mine', {}))).toEqual(['BadRequestException', 400]);
});
