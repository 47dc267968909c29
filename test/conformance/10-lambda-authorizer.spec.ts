import { CreateAuthorizerCommand, type CreateAuthorizerCommandInput } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type HandshakeRefused, refusedHandshake } from '../support/web-socket-client.js';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, errorOf } from './api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { hasFunction } from './target.js';

const policy = (Effect: 'Allow' | 'Deny', Resource: string, context?: object) => ({
  principalId: 'ann',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
  },
  ...(context && { context }),
});

/** Whether the function is called as an authorizer rather than by an integration. */
const isAuthorizer = (event: LambdaEvent) => event.type === 'REQUEST';

/** An API whose $connect is authorized by the case's function; every route calls the same one. */
async function authorized(
  authorize: (event: LambdaEvent) => unknown,
  IdentitySource: string[] = ['route.request.querystring.token'],
  integrationOf: (api: ApiUnderTest, lambda: FunctionBackend) => NonNullable<RouteSpec['integration']> = ({
    functionUri,
  }) => ({ IntegrationType: 'AWS_PROXY', IntegrationUri: functionUri }),
) {
  const lambda = await FunctionBackend.start();
  lambda.handler = (event) => (isAuthorizer(event) ? authorize(event) : { statusCode: 200 });
  const api = await ApiUnderTest.create({ standIn: { functions: lambda.functions } });
  const { AuthorizerId } = await api.control.send(
    new CreateAuthorizerCommand({
      ApiId: api.apiId,
      Name: 'authorizer',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: api.functionUri,
      IdentitySource,
    }),
  );
  const integration = integrationOf(api, lambda);
  await api.createRoute('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId, integration });
  await api.createRoute('$default', { integration });
  await api.createRoute('$disconnect', { integration });
  await api.deploy({ StageVariables: { colour: 'green' } });
  return {
    lambda,
    api,
    url: `${api.webSocketUrl}?token=demo`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
    },
  };
}

const allow = (event: LambdaEvent) => policy('Allow', event.methodArn as string);
const bodyWith = (message: string) =>
  new RegExp(`^\\{"message": ?"${message}", ?"connectionId": ?"[\\w-]+=+", ?"requestId": ?"[\\w-]+="\\}$`);

describe.runIf(hasFunction)('§10 a Lambda authorizer', () => {
  it('runs before $connect and admits with a policy that allows its methodArn [documented]', async () => {
    await using on = await authorized(allow);
    using client = await on.api.open({ query: '?token=demo' });
    const event = await on.lambda.next();
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(
        new RegExp(`^arn:aws:execute-api:[\\w-]+:\\d{12}:${on.api.apiId}/${on.api.target.stage}/\\$connect$`),
      ) as string,
      queryStringParameters: { token: 'demo' },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT' },
    });
    expect((await on.lambda.next()).requestContext.eventType).toBe('CONNECT');
    client.send('{}');
    // only $connect is authorized
    expect(isAuthorizer(await on.lambda.next())).toBe(false);
  });

  it('sees the headers sorted by name, and the query in the order of the client: C13 [observed]', async () => {
    await using on = await authorized(allow);
    using _ = await on.api.open({ query: '?token=demo&b=1&a=2', headers: { 'x-b': '1', 'A-first': '2' } });
    const { headers, queryStringParameters } = await on.lambda.next();
    const names = Object.keys(headers as object).map((name) => name.toLowerCase());
    expect(names).toEqual(names.toSorted());
    expect(Object.keys(queryStringParameters as object)).toEqual(['token', 'b', 'a']);
  });

  it('gives a $disconnect event the close code before authorizer: C13 [observed]', async () => {
    await using on = await authorized(allow);
    using client = await on.api.open({ query: '?token=demo' });
    await on.lambda.next();
    await on.lambda.next();
    await client.close();
    const keys = Object.keys((await on.lambda.next()).requestContext as object);
    expect(keys.indexOf('authorizer') - keys.indexOf('disconnectStatusCode')).toBeGreaterThan(0);
    expect(keys).toContain('disconnectStatusCode');
  });

  it('sees Connection, Upgrade and content-length among the headers [documented]', async () => {
    await using on = await authorized(allow);
    using _ = await on.api.open({ query: '?token=demo' });
    expect((await on.lambda.next()).headers).toMatchObject({
      Connection: 'upgrade',
      Upgrade: 'websocket',
      'content-length': '0',
    });
  });

  it.each(['', '?token='])(
    'is not asked when its identity source is missing (%j): 401 Unauthorized [documented]',
    async (query) => {
      await using on = await authorized(allow);
      const refused = await refusedHandshake(`${on.api.webSocketUrl}${query}`);
      expect(refused.status).toBe(401);
      expect(refused.body).toMatch(bodyWith('Unauthorized'));
      expect(on.lambda.unexpected).toEqual([]);
    },
  );

  it('that throws "Unauthorized" refuses with 401 [observed]', async () => {
    await using on = await authorized(() => {
      throw new Error('Unauthorized');
    });
    const refused = await refusedHandshake(on.url);
    expect(refused.status).toBe(401);
    expect(refused.body).toMatch(bodyWith('Unauthorized'));
  });

  it('that fails otherwise refuses with 500 [observed]', async () => {
    await using on = await authorized(() => {
      throw new Error('broken');
    });
    expect((await refusedHandshake(on.url)).status).toBe(500);
  });

  it('without an Allow refuses with 403 and says that no policy allows it [observed]', async () => {
    await using on = await authorized(() => policy('Allow', 'arn:aws:execute-api:us-east-1:1:other/*'));
    const refused = await refusedHandshake(on.url);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatch(
      bodyWith(
        'User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action',
      ),
    );
  });

  it('with a Deny refuses with 403 and says so [observed]', async () => {
    await using on = await authorized((event) => policy('Deny', event.methodArn as string));
    const refused = await refusedHandshake(on.url);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatch(
      bodyWith(
        'User is not authorized to access this resource with an explicit deny in an identity-based policy',
      ),
    );
  });

  it('gives a context that is text in every event of the connection; integrationLatency only on CONNECT [observed]', async () => {
    await using on = await authorized((event) =>
      policy('Allow', event.methodArn as string, { text: 'a', number: 1, flag: true }),
    );
    using client = await on.api.open({ query: '?token=demo' });
    await on.lambda.next();
    const connect = await on.lambda.next();
    client.send('{}');
    const message = await on.lambda.next();
    await client.close();
    const disconnect = await on.lambda.next();
    const context = { principalId: 'ann', text: 'a', number: '1', flag: 'true' };
    expect(connect.requestContext.authorizer).toEqual({
      ...context,
      integrationLatency: expect.any(Number) as number,
    });
    expect(message.requestContext.authorizer).toEqual(context);
    expect(disconnect.requestContext.authorizer).toEqual(context);
  });

  it.each([
    'route.request.header.Auth',
    'stageVariables.colour',
    'context.connectionId',
    'context.connectedAt',
    'context.requestTimeEpoch',
  ])('may have the identity source %s [documented]', async (source) => {
    await using on = await authorized(allow, [source]);
    using client = await on.api.open({ headers: { Auth: 'a' } });
    expect(isAuthorizer(await on.lambda.next())).toBe(true);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each<[string, (event: LambdaEvent) => object]>([
    ['no policy', () => ({ principalId: 'ann' })],
    ['a policy that is not an object', () => ({ principalId: 'ann', policyDocument: 'Allow' })],
    ['a bad Effect', ({ methodArn }) => policy('Maybe' as 'Allow', methodArn as string)],
    ['a nested context', ({ methodArn }) => policy('Allow', methodArn as string, { nested: { a: 1 } })],
  ])('that returns %s refuses with 500 and an empty message: C4 [observed]', async (_, result) => {
    await using on = await authorized(result);
    const refused = await refusedHandshake(on.url);
    expect(refused.status).toBe(500);
    expect(refused.body).toMatch(bodyWith(''));
  });

  it.each([
    ['null', { principalId: null }, {}],
    ['missing', { principalId: undefined }, {}],
    ['a number', { principalId: 7 }, { principalId: '7' }],
  ])('may return a principalId that is %s: C4 [observed]', async (_, principal, expected) => {
    await using on = await authorized(({ methodArn }) => ({
      ...policy('Allow', methodArn as string),
      ...principal,
    }));
    using client = await on.api.open({ query: '?token=demo' });
    await on.lambda.next();
    await on.lambda.next();
    client.send('{}');
    expect((await on.lambda.next()).requestContext.authorizer).toEqual(expected);
    await client.close();
    expect((await on.lambda.next()).requestContext.authorizer).toEqual(expected);
  });

  it('may return null in its context, which is dropped: C4 [observed]', async () => {
    await using on = await authorized(({ methodArn }) =>
      policy('Allow', methodArn as string, { gone: null, text: 'a' }),
    );
    using client = await on.api.open({ query: '?token=demo' });
    await on.lambda.next();
    await on.lambda.next();
    client.send('{}');
    expect((await on.lambda.next()).requestContext.authorizer).toEqual({ principalId: 'ann', text: 'a' });
  });

  it.each([
    [8_000, 101],
    [8_193, 500],
  ])('§9 may return 8 KB: %i bytes, %i [documented]', async (bytes, status) => {
    await using on = await authorized((event) => {
      const { length } = JSON.stringify(policy('Allow', event.methodArn as string, { text: '' }));
      return policy('Allow', event.methodArn as string, { text: 'x'.repeat(bytes - length) });
    });
    const opened = on.api.open({ query: '?token=demo' }).then((client) => {
      client[Symbol.dispose]();
      return 101;
    });
    expect(await opened.catch((refused: HandshakeRefused) => refused.status)).toBe(status);
  });

  it.each([[['a', 'b']], [['a', '']]])(
    'is not asked when there are two Authorization headers %j: a 400 as HTML without x-amz-apigw-id, C14 [observed]',
    async (authorization) => {
      await using on = await authorized(allow);
      const refused = await refusedHandshake(on.url, { headers: { authorization } });
      expect(refused.status).toBe(400);
      expect(refused.headers['content-type']).toMatch(/^text\/html/);
      expect(refused.headers).not.toHaveProperty('x-amz-apigw-id');
      expect(on.lambda.unexpected).toEqual([]);
    },
  );

  it.each(['context.eventType', 'context.messageDirection'])(
    'may have the identity source %s, and then refuses with 401: C5 [observed]',
    async (source) => {
      await using on = await authorized(allow, [source]);
      const refused = await refusedHandshake(on.url);
      expect(refused.status).toBe(401);
      expect(refused.body).toMatch(bodyWith('Unauthorized'));
      expect(on.lambda.unexpected).toEqual([]);
    },
  );

  it('§4 gives authorizer.* to be mapped for an HTTP backend, in every event of the connection [documented]', async () => {
    await using on = await authorized(
      (event) => policy('Allow', event.methodArn as string, { number: 1, flag: true }),
      undefined,
      (_, { publicUrl }) => ({
        IntegrationUri: publicUrl,
        RequestParameters: {
          'integration.request.header.principal': 'context.authorizer.principalId',
          'integration.request.header.number': 'context.authorizer.number',
          'integration.request.header.flag': 'context.authorizer.flag',
        },
      }),
    );
    using client = await on.api.open({ query: '?token=demo' });
    await on.lambda.next();
    const mapped = { principal: 'ann', number: '1', flag: 'true' };
    expect((await on.lambda.nextRequest()).headers).toMatchObject(mapped);
    client.send('{}');
    expect((await on.lambda.nextRequest()).headers).toMatchObject(mapped);
    await client.close();
    expect((await on.lambda.nextRequest()).headers).toMatchObject(mapped);
  });
});

describe('§10 the control plane refuses an authorizer', () => {
  const create = async (authorizer: Partial<CreateAuthorizerCommandInput>) => {
    await using api = await ApiUnderTest.create();
    return await api.control.send(
      new CreateAuthorizerCommand({
        ApiId: api.apiId,
        Name: 'authorizer',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: api.functionUri,
        IdentitySource: ['route.request.header.Auth'],
        ...authorizer,
      }),
    );
  };

  it('with AuthorizerResultTtlInSeconds, and says that it cannot be set [observed]', async () => {
    await expect(create({ AuthorizerResultTtlInSeconds: 300 })).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'AuthorizerResultTtlInSeconds cannot be set for WEBSOCKET protocol Apis.',
    });
  });

  it.each<[string, Partial<CreateAuthorizerCommandInput>]>([
    ['with a payload format version', { AuthorizerPayloadFormatVersion: '2.0' }],
    ['with simple responses', { EnableSimpleResponses: true }],
    [
      'of type JWT',
      { AuthorizerType: 'JWT', JwtConfiguration: { Issuer: 'https://a.example', Audience: ['a'] } },
    ],
  ])('%s [documented]', async (_, authorizer) => {
    expect(await errorOf(create(authorizer))).toEqual(['BadRequestException', 400]);
  });
});

it('§10 only $connect can be authorized [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const { AuthorizerId } = await api.control.send(
    new CreateAuthorizerCommand({
      ApiId: api.apiId,
      Name: 'authorizer',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: api.functionUri,
      IdentitySource: ['route.request.header.Auth'],
    }),
  );
  const created = api.createRoute('$default', { AuthorizationType: 'CUSTOM', AuthorizerId });
  expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
});

it('§10 JWT is for HTTP APIs only [documented]', async () => {
  await using api = await ApiUnderTest.create();
  expect(await errorOf(api.createRoute('$connect', { AuthorizationType: 'JWT' }))).toEqual([
    'BadRequestException',
    400,
  ]);
});
