import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, errorFrame } from './api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import closes from './recorded/closes.json' with { type: 'json' };
import recorded from './recorded/lambda-events.json' with { type: 'json' };
import { hasFunction, isOwnStandIn } from './target.js';

/** An API whose routes all call one function. */
async function withFunction(
  routes: Record<string, Omit<RouteSpec, 'integration'>>,
  stage = {},
  integration: RouteSpec['integration'] = {},
) {
  const lambda = await FunctionBackend.start();
  const api = await ApiUnderTest.create({ standIn: { functions: lambda.functions } });
  for (const [routeKey, route] of Object.entries(routes)) {
    await api.createRoute(routeKey, {
      ...route,
      integration: { IntegrationType: 'AWS_PROXY', IntegrationUri: api.functionUri, ...integration },
    });
  }
  await api.deploy(stage);
  return {
    lambda,
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
    },
  };
}

const everyRoute = { $connect: {}, $default: {}, $disconnect: {} };
const keysOf = (object: object) => Object.keys(object).toSorted();

describe.runIf(hasFunction)('§5 the event of a function on $connect', () => {
  it('has these members, and no body [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using _ = await on.api.open({ headers: { 'User-Agent': 'some-agent' } });
    const event = await on.lambda.next();
    expect(keysOf(event)).toEqual(recorded.connect.event);
    expect(keysOf(event.requestContext)).toEqual(recorded.connect.requestContext);
    expect(keysOf(event.requestContext.identity)).toEqual(['sourceIp', 'userAgent']);
    expect(event).toMatchObject({
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        stage: on.api.target.stage,
        apiId: on.api.apiId,
        connectedAt: expect.any(Number) as number,
        requestTimeEpoch: expect.any(Number) as number,
      },
    });
  });

  it('keeps the case of headers, leaves Connection and Upgrade out and adds the gateway’s [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using _ = await on.api.open({ headers: { 'X-Mixed-Case': 'a' } });
    const { headers, multiValueHeaders } = await on.lambda.next();
    expect(headers['X-Mixed-Case']).toBe('a');
    expect(multiValueHeaders['X-Mixed-Case']).toEqual(['a']);
    expect(Object.keys(headers)).toEqual(
      expect.arrayContaining([
        'Host',
        'X-Amzn-Trace-Id',
        'X-Forwarded-For',
        'X-Forwarded-Port',
        'X-Forwarded-Proto',
      ]),
    );
    expect(Object.keys(headers).filter((name) => /^(connection|upgrade)$/i.test(name))).toEqual([]);
  });

  it('has the last value of a query parameter, and all of them; neither when there is no query [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using first = await on.api.open({ query: '?a=1&a=2&b=3' });
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    expect(await on.lambda.next()).toMatchObject({
      queryStringParameters: { a: '2', b: '3' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['3'] },
    });
    using second = await on.api.open();
    expect(second.socket.readyState).toBe(second.socket.OPEN);
    expect(keysOf(await on.lambda.next())).toEqual(recorded.connect.event);
  });

  it('has headers and query sorted by name without regard to case: C13 [observed]', async () => {
    await using on = await withFunction({ $connect: {} });
    using _ = await on.api.open({
      query: '?b=1&C=2&a=3',
      headers: { 'x-b': '1', 'X-C': '2', 'x-a': '3', 'A-first': '4' },
    });
    const { headers, multiValueHeaders, queryStringParameters, multiValueQueryStringParameters } =
      await on.lambda.next();
    for (const members of [headers, multiValueHeaders]) {
      const names = Object.keys(members as object).map((name) => name.toLowerCase());
      expect(names).toEqual(names.toSorted());
    }
    for (const members of [queryStringParameters, multiValueQueryStringParameters]) {
      expect(Object.keys(members as object)).toEqual(['a', 'b', 'C']);
    }
  });

  it('has the stage variables if there are any [observed]', async () => {
    await using on = await withFunction(everyRoute, { StageVariables: { colour: 'green' } });
    using _ = await on.api.open();
    expect((await on.lambda.next()).stageVariables).toEqual({ colour: 'green' });
  });

  it('has no userAgent when the client sent none [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using _ = await on.api.open();
    expect(keysOf((await on.lambda.next()).requestContext.identity)).toEqual(['sourceIp']);
  });
});

describe.runIf(hasFunction)('§5 the event of a function on a message', () => {
  it('has these members and the text [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using client = await on.api.open({ headers: { 'User-Agent': 'some-agent' } });
    const { requestContext: connect } = await on.lambda.next();
    client.send('{"a":1}');
    const event = await on.lambda.next();
    expect(keysOf(event)).toEqual(recorded.message.event);
    expect(keysOf(event.requestContext)).toEqual(recorded.message.requestContext);
    expect(event).toMatchObject({
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$default',
        eventType: 'MESSAGE',
        connectionId: connect.connectionId,
        connectedAt: connect.connectedAt,
      },
    });
    expect(event.requestContext.requestId).toBe(event.requestContext.extendedRequestId);
  });
});

describe.runIf(hasFunction)('§5 the event of a function on $disconnect', () => {
  it('has these members and four headers [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using client = await on.api.open({ headers: { 'User-Agent': 'some-agent' } });
    await on.lambda.next();
    await client.close(1000, 'probe-complete');
    const event = await on.lambda.next();
    expect(keysOf(event)).toEqual(recorded.disconnect.event);
    expect(keysOf(event.requestContext)).toEqual(recorded.disconnect.requestContext);
    expect(event.headers).toEqual({
      Host: expect.any(String) as string,
      'x-api-key': '',
      'X-Forwarded-For': '',
      'x-restapi': '',
    });
  });

  it.each(closes.disconnects)(
    '§1 says of a client that closed with $by: $disconnectStatusCode, "$disconnectReason" [observed]',
    async ({ close, disconnectStatusCode, disconnectReason }) => {
      await using on = await withFunction(everyRoute);
      using client = await on.api.open();
      await on.lambda.next();
      await client.close(...(close as [number?, string?]));
      expect((await on.lambda.next()).requestContext).toMatchObject({
        disconnectStatusCode,
        disconnectReason,
      });
    },
  );

  it('§1 says of DELETE @connections: 1000, "Connection Closed Normally" [observed]', async () => {
    await using on = await withFunction(everyRoute);
    using _ = await on.api.open();
    const { requestContext } = await on.lambda.next();
    await on.api.deleteConnection(requestContext.connectionId as string);
    expect((await on.lambda.next()).requestContext).toMatchObject({
      disconnectStatusCode: 1000,
      disconnectReason: 'Connection Closed Normally',
    });
  });
});

// ten minutes are too long to wait
describe.runIf(isOwnStandIn)(
  '§1 (stand-in only: its clock is moved) the event of a function on $disconnect',
  () => {
    it('says of a client that was idle: 1001, "Going away" [observed]', async () => {
      await using on = await withFunction(everyRoute);
      using _ = await on.api.open();
      await on.lambda.next();
      await on.api.admin.advanceClock('10m');
      expect((await on.lambda.next()).requestContext).toMatchObject({
        disconnectStatusCode: 1001,
        disconnectReason: 'Going away',
      });
    });
  },
);

describe.runIf(hasFunction)('§1 a handshake is', () => {
  const connect = async (handler: (event: LambdaEvent) => unknown) => {
    const on = await withFunction({ $connect: {} });
    on.lambda.handler = handler;
    return on;
  };

  it('refused with 502 when the function throws [observed]', async () => {
    await using on = await connect(() => {
      throw new Error('broken');
    });
    const refused = await refusedHandshake(on.api.webSocketUrl);
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      502,
      { message: 'Internal server error' },
    ]);
  });

  it('refused with 500 when the function returns no valid response [observed]', async () => {
    await using on = await connect(() => ({ nothing: 'of use' }));
    expect((await refusedHandshake(on.api.webSocketUrl)).status).toBe(500);
  });

  it('refused with 504 Endpoint request timed out when the function takes too long [observed]', async () => {
    await using on = await withFunction({ $connect: {} }, {}, { TimeoutInMillis: 50 });
    const never = Promise.withResolvers<void>();
    on.lambda.handler = () => never.promise;
    const refused = await refusedHandshake(on.api.webSocketUrl);
    never.resolve();
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      504,
      { message: 'Endpoint request timed out' },
    ]);
  });

  it('refused with the status and the body that the function returns [observed]', async () => {
    await using on = await connect(() => ({ statusCode: 403, body: 'not you' }));
    expect(await refusedHandshake(on.api.webSocketUrl)).toMatchObject({ status: 403, body: 'not you' });
  });

  it('given the sub-protocol that the function returns [documented]', async () => {
    await using on = await connect(() => ({
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'myprotocol' },
    }));
    using client = await on.api.open({ protocols: ['other', 'myprotocol'] });
    expect(client.socket.protocol).toBe('myprotocol');
  });
});

describe.runIf(hasFunction)('§6 a client gets', () => {
  it('the function’s body on a two-way route, whatever its status [observed]', async () => {
    await using on = await withFunction({ $default: { isTwoWay: true } });
    using client = await on.api.open();
    for (const statusCode of [200, 301, 401, 501]) {
      on.lambda.handler = () => ({ statusCode, body: `response ${statusCode}` });
      client.send('{}');
      expect(await client.nextText()).toBe(`response ${statusCode}`);
    }
  });

  it('nothing on a one-way route, whatever its status [observed]', async () => {
    await using on = await withFunction({ $default: {} });
    using client = await on.api.open();
    for (const statusCode of [301, 401, 501]) {
      on.lambda.handler = () => ({ statusCode, body: 'not sent' });
      client.send('{}');
      await on.lambda.next();
    }
    await client.close(1000);
    expect(client.unexpected).toEqual([]);
  });

  it('Internal server error when the function may not be called [observed]', async () => {
    await using on = await withFunction({ $connect: {} });
    const IntegrationUri = on.api.functionUri.replace('/invocations', '-unknown/invocations');
    await on.api.createRoute('$default', { integration: { IntegrationType: 'AWS_PROXY', IntegrationUri } });
    await on.api.deploy();
    using client = await on.api.open();
    client.send('{}');
    expect(await client.nextText()).toMatch(errorFrame('Internal server error'));
  });

  it('Internal server error when the function throws, on a one-way route too [observed]', async () => {
    await using on = await withFunction({ $default: {} });
    on.lambda.handler = () => {
      throw new Error('broken');
    };
    using client = await on.api.open();
    client.send('{}');
    expect(await client.nextText()).toMatch(errorFrame('Internal server error'));
  });
});
