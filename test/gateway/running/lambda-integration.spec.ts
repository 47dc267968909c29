import { describe, expect, it } from 'vitest';
import { parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { type RouteSpec } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { FunctionModule } from '../../support/function-module.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:chat';

const route = (other: Partial<RouteSpec['integration']> = {}): RouteSpec => ({
  integration: {
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}/invocations`,
    ...other,
  },
});

const start = async (module: FunctionModule, routes: Record<string, RouteSpec>) => {
  const { name, source } = parseFunctionFlag(`chat=${module.file}`);
  return DeployedGateway.start(routes, { functions: new Map([[name, source]]) });
};

describe('a function on $connect', () => {
  it('that returns 200 accepts the client, with the chosen subprotocol', async () => {
    using module = new FunctionModule(`
      export const handler = async ({ headers }) => ({
        statusCode: 200,
        headers: { 'Sec-WebSocket-Protocol': headers['Sec-WebSocket-Protocol'].split(',')[0] },
      });`);
    await using gateway = await start(module, { $connect: route() });
    using client = await WebSocketClient.open(gateway.webSocketUrl, { protocols: ['one', 'two'] });
    expect(client.socket.protocol).toBe('one');
  });

  it('that returns another status refuses with its status, headers and body', async () => {
    using module = new FunctionModule(`
      export const handler = async () => ({ statusCode: 403, headers: { 'X-Why': 'because' }, body: 'no' });`);
    await using gateway = await start(module, { $connect: route() });
    expect(await refusedHandshake(gateway.webSocketUrl)).toMatchObject({
      status: 403,
      headers: expect.objectContaining({ 'x-why': 'because' }),
      body: 'no',
    });
  });

  it.each([
    ['throws', 502, 'export const handler = async () => { throw new Error("no"); };'],
    ['exits', 502, 'export const handler = async () => { process.exit(0); };'],
    ['returns no response', 500, 'export const handler = async () => "ok";'],
    ['returns a line break in a header', 500, 'export const handler = async () => ({ statusCode: 401, headers: { a: "b\\r\\n\\r\\nc" } });'],
    ['takes too long', 504, 'export const handler = () => new Promise(() => {});'],
  ])('that %s refuses with %i', async (_, status, code) => {
    using module = new FunctionModule(code);
    await using gateway = await start(module, { $connect: route({ TimeoutInMillis: 1_000 }) });
    const { body, ...refused } = await refusedHandshake(gateway.webSocketUrl);
    expect(refused).toMatchObject({ status });
    expect(JSON.parse(body)).toMatchObject({ connectionId: expect.any(String), requestId: expect.any(String) });
  }); // prettier-ignore
});

describe('a function on a message', () => {
  it('receives the event and can reply by a callback', async () => {
    using module = new FunctionModule(`
      export const handler = async ({ requestContext, body }) => {
        const { connectionId } = requestContext;
        await fetch(JSON.parse(body).url + '/@connections/' + encodeURIComponent(connectionId), {
          method: 'POST',
          body: JSON.stringify(requestContext),
        });
        return { statusCode: 200 };
      };`);
    await using gateway = await start(module, { $default: route() });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ url: gateway.webSocketUrl.replace('ws', 'http') });
    expect(await client.next()).toMatchObject({
      routeKey: '$default',
      eventType: 'MESSAGE',
      messageId: expect.any(String),
    });
  });

  it('that fails causes an error frame', async () => {
    using module = new FunctionModule('export const handler = async () => { throw new Error("no"); };');
    await using gateway = await start(module, { $default: route() });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('hello');
    expect(await client.nextText()).toMatch(
      /^\{"message": "Internal server error", "connectionId":"[^"]+", "requestId":"[^"]+"\}$/,
    );
  });
});
