import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { type FunctionResponse } from '../../../src/gateway/lambda/function-response.js';
import { FunctionTimedOutError } from '../../../src/gateway/lambda/function-errors.js';
import { parseSource } from '../../../src/gateway/mapping/request-parameters.js';
import { contextVariables } from '../../../src/gateway/mapping/context-variables.js';
import {
  type AuthorizerInput,
  authorizeFunction,
} from '../../../src/gateway/authorizers/lambda-authorizer.js';
import { authorizerEvent } from '../../../src/gateway/websocket/steps/lambda-event.js';
import { FunctionModule } from '../../support/function-module.js';
import { connectEvent } from '../../support/route-event.js';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api1234567/dev/$connect';

const policy = (...statements: object[]) => ({
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement: statements },
});
const allow = (Resource: string | string[] = ARN, Action = 'execute-api:Invoke') => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const deny = (Resource = ARN) => ({ ...allow(Resource), Effect: 'Deny' });

type ConnectEvent = ReturnType<typeof connectEvent>;

interface Case {
  /** The function's result, a whole response of Invoke, or an error to throw. */
  readonly result?: unknown;
  readonly event?: ConnectEvent;
  readonly identitySources?: readonly string[];
  readonly functionName?: string;
}

const inputOf = (event: ConnectEvent): AuthorizerInput => ({
  request: {
    method: 'GET',
    ...event.handshake,
    context: contextVariables({ ...event.connection, ...event.facts }),
    stageVariables: event.stageVariables,
  },
  resourceArn: ARN,
  event: () => authorizerEvent(event, ARN),
});

/** Runs an authorizer, and records the invocations of its function. */
async function authorize({
  result,
  event = connectEvent(),
  identitySources = [],
  functionName = 'auth',
}: Case) {
  const invocations: { name: string; payload: Record<string, unknown> }[] = [];
  const functions = {
    invoke: async (name: string, payload: string): Promise<FunctionResponse> => {
      invocations.push({ name, payload: JSON.parse(payload) as Record<string, unknown> });
      if (result instanceof Error) throw result;
      if (typeof result === 'object' && result !== null && 'payload' in result)
        return result as FunctionResponse;
      return { payload: JSON.stringify(result) };
    },
  } as unknown as Functions;
  const authorizer = {
    kind: 'CUSTOM',
    authorizerId: 'auth12',
    functionName,
    identitySources: identitySources.map((text) => ({ text, source: parseSource(text) })),
  } as const;
  const log = pino({ level: 'silent' });
  const authorization = await authorizeFunction(functions, authorizer, inputOf(event), log);
  return { authorization, invocations };
}

const MILLISECONDS = expect.stringMatching(/^\d+$/) as string;

const statusOf = async (input: Case) => {
  const { authorization } = await authorize(input);
  return authorization.kind === 'denied' ? authorization.response.status : 101;
};

describe('identity sources', () => {
  const identitySources = ['route.request.header.Authorization', 'route.request.querystring.token'];

  it('invokes the function when all have a value', async () => {
    const { authorization, invocations } = await authorize({
      result: policy(allow()),
      event: connectEvent(['authorization', 'x'], 'token=y'),
      identitySources,
    });
    expect(authorization.kind).toBe('allowed');
    expect(invocations).toMatchObject([{ name: 'auth', payload: { type: 'REQUEST', methodArn: ARN } }]);
  });

  it.each([
    ['missing', connectEvent(['authorization', 'x'])],
    ['empty', connectEvent(['authorization', 'x'], 'token=')],
  ])('denies with 401 and invokes nothing when one is %s', async (_, event) => {
    const { authorization, invocations } = await authorize({
      result: policy(allow()),
      event,
      identitySources,
    });
    expect(authorization).toMatchObject({
      kind: 'denied',
      response: { status: 401, message: 'Unauthorized' },
    });
    expect(invocations).toEqual([]);
  });

  it.each(['context.eventType', 'context.messageDirection'])(
    'denies with 401 when it has %s, whatever its value is',
    async (source) => {
      expect(await statusOf({ result: policy(allow()), identitySources: [source] })).toBe(401);
    },
  );

  it('reads context and stage variables', async () => {
    const input = {
      result: policy(allow()),
      identitySources: ['context.connectionId', 'stageVariables.tenant'],
    };
    expect(await statusOf(input)).toBe(401);
    expect(
      await statusOf({ ...input, event: connectEvent([], '', { stageVariables: { tenant: 'a' } }) }),
    ).toBe(101);
  });
});

describe('the function', () => {
  it('fills stage variables in its name', async () => {
    const { invocations } = await authorize({
      result: policy(allow()),
      event: connectEvent([], '', { stageVariables: { fn: 'one' } }),
      functionName: 'arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}',
    });
    expect(invocations).toMatchObject([{ name: 'arn:aws:lambda:us-east-1:000000000000:function:one' }]);
  });

  const failed = (errorMessage: string) => ({
    payload: JSON.stringify({ errorType: 'Error', errorMessage, trace: [] }),
    functionError: 'Unhandled',
  });

  it('invokes a local module', async () => {
    using module = new FunctionModule(`
      export const handler = async ({ methodArn, queryStringParameters }) => {
        if (queryStringParameters.token !== 'right') throw new Error('Unauthorized');
        const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }];
        return { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement } };
      };`);
    const { file } = module;
    const log = pino({ level: 'silent' });
    const functions = new Functions(
      new Map([['auth', { kind: 'module', file, exportName: 'handler' }]]),
      log,
    );
    const authorizer = {
      kind: 'CUSTOM',
      authorizerId: 'auth12',
      functionName: 'auth',
      identitySources: [],
    } as const;
    const authorizeWith = async (query: string) =>
      authorizeFunction(functions, authorizer, inputOf(connectEvent([], query)), log);
    expect(await authorizeWith('token=right')).toMatchObject({
      kind: 'allowed',
      variables: { 'authorizer.principalId': 'me' },
    });
    expect(await authorizeWith('token=wrong')).toMatchObject({ kind: 'denied', response: { status: 401 } });
    await functions.close();
  });

  it('denies with 401 when it fails with Unauthorized', async () => {
    expect(await statusOf({ result: failed('Unauthorized') })).toBe(401);
  });

  it.each([
    ['fails with anything else', failed('unauthorized')],
    ['times out', new FunctionTimedOutError('auth', 29_000)],
    ['returns more than 8 KB', { ...policy(allow()), context: { a: 'x'.repeat(8 * 1024) } }],
  ])('denies with 500 when it %s', async (_, result) => {
    const { authorization } = await authorize({ result });
    expect(authorization).toMatchObject({
      kind: 'denied',
      response: { status: 500, message: 'Internal server error' },
    });
  });

  it.each([
    ['null', null],
    ['text', 'allow'],
    ['an object as principalId', { ...policy(allow()), principalId: { id: 1 } }],
    ['no policy', { principalId: 'me' }],
    ['an invalid policy', { principalId: 'me', policyDocument: 'allow' }],
    ['a statement with an unknown effect', policy({ ...allow(), Effect: 'Maybe' })],
    ['a nested context', { ...policy(allow()), context: { user: { id: 1 } } }],
    ['a list in its context', { ...policy(allow()), context: { roles: ['a'] } }],
    ['a list as its context', { ...policy(allow()), context: ['a'] }],
  ])('denies with 500 and an empty message when it returns %s', async (_, result) => {
    const { authorization } = await authorize({ result });
    expect(authorization).toMatchObject({ kind: 'denied', response: { status: 500, message: '' } });
  });

  it.each([
    ['a text', 'me', 'me'],
    ['a number', 7, '7'],
    ['null', null, undefined],
    ['missing', undefined, undefined],
  ])('may return a principalId that is %s', async (_, principalId, expected) => {
    const { authorization } = await authorize({ result: { ...policy(allow()), principalId } });
    expect(authorization).toMatchObject({
      kind: 'allowed',
      variables: { 'authorizer.principalId': expected },
    });
  });

  it('may return null in its context, which has no variable', async () => {
    const { authorization } = await authorize({
      result: { ...policy(allow()), context: { a: null, b: 'c' } },
    });
    expect(authorization).toMatchObject({ kind: 'allowed', variables: { 'authorizer.b': 'c' } });
    expect(authorization).not.toHaveProperty(['variables', 'authorizer.a']);
  });
});

describe('the policy of the function', () => {
  it.each([
    ['the exact resource', allow()],
    ['the API', allow('arn:aws:execute-api:us-east-1:000000000000:api1234567/*')],
    ['everything', allow('*', '*')],
    ['a list with it', allow(['arn:aws:other', ARN])],
  ])('allows the client when it allows %s', async (_, statement) => {
    expect(await statusOf({ result: policy(statement) })).toBe(101);
  });

  it.each([
    ['nothing', []],
    ['another route', [allow(ARN.replace('$connect', 'send'))]],
    ['another stage', [allow(ARN.replace('/dev/', '/prod/'))]],
    ['another action', [allow('*', 'execute-api:ManageConnections')]],
  ])('denies with 403 and the recorded text when it allows only %s', async (_, statements) => {
    const { authorization } = await authorize({ result: policy(...statements) });
    expect(authorization).toMatchObject({
      response: {
        status: 403,
        message:
          'User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action',
      },
    });
  });

  it('denies with 403 and the recorded text when it denies, even if it allows too', async () => {
    const { authorization } = await authorize({ result: policy(allow('*'), deny()) });
    expect(authorization).toMatchObject({
      response: {
        status: 403,
        message:
          'User is not authorized to access this resource with an explicit deny in an identity-based policy',
      },
    });
  });
});

describe('the context of the function', () => {
  it('becomes context variables, all of them strings', async () => {
    const context = { user: 'u1', age: 1, admin: true, principalId: 'forged' };
    const { authorization } = await authorize({
      result: { ...policy(allow()), context, usageIdentifierKey: 'key' },
    });
    expect(authorization).toEqual({
      kind: 'allowed',
      variables: {
        'authorizer.principalId': 'me',
        'authorizer.user': 'u1',
        'authorizer.age': '1',
        'authorizer.admin': 'true',
        'authorizer.usageIdentifierKey': 'key',
      },
      connectVariables: { 'authorizer.integrationLatency': MILLISECONDS },
      logVariables: expect.anything(),
    });
  });

  it('keeps numbers as they are written', async () => {
    const result = JSON.stringify({ ...policy(allow()), context: { id: 0 } });
    const payload = result.replace('"id":0', '"id":1234567890123456789,"version":1.0');
    const { authorization } = await authorize({ result: { payload } });
    expect(authorization).toMatchObject({
      variables: { 'authorizer.id': '1234567890123456789', 'authorizer.version': '1.0' },
    });
  });
});

describe('access-log variables', () => {
  const responded = {
    'authorizer.status': '200',
    'authorizer.integrationStatus': '200',
    'authorizer.latency': MILLISECONDS,
    'authorizer.integrationLatency': MILLISECONDS,
  };

  it.each<[string, Case, object]>([
    ['a function that allows', { result: policy(allow()) }, responded],
    ['a function that denies', { result: policy(deny()) }, responded],
    [
      'a function that fails with Unauthorized',
      { result: { payload: '{"errorMessage":"Unauthorized"}', functionError: 'Unhandled' } },
      { 'authorizer.status': '401', 'authorizer.error': 'Unauthorized' },
    ],
    [
      'a function with an unusable result',
      { result: null },
      { 'authorizer.status': '500', 'authorizer.error': 'its result is not an object' },
    ],
  ])('of %s', async (_, input, logVariables) => {
    expect((await authorize(input)).authorization.logVariables).toEqual(logVariables);
  });
});

it('denies several Authorization headers with 400 and invokes nothing', async () => {
  const { authorization, invocations } = await authorize({
    result: policy(allow()),
    event: connectEvent(['Authorization', 'a', 'authorization', 'b']),
  });
  expect(authorization).toMatchObject({ kind: 'denied', response: { status: 400 } });
  expect(invocations).toEqual([]);
});
