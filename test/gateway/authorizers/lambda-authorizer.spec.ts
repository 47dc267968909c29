import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { type FunctionResponse } from '../../../src/gateway/lambda/function-response.js';
import { FunctionTimedOutError } from '../../../src/gateway/lambda/function-errors.js';
import { parseSource } from '../../../src/gateway/mapping/request-parameters.js';
import { authorizeFunction } from '../../../src/gateway/authorizers/lambda-authorizer.js';
import { type RouteEvent } from '../../../src/gateway/websocket/steps/map-request.js';
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

interface Case {
  /** What the function answers: a value as its result, an answer, or what it throws. */
  readonly answer?: unknown;
  readonly event?: RouteEvent;
  readonly identitySources?: readonly string[];
  readonly functionName?: string;
}

/** Asks an authorizer, and keeps what it was asked. */
async function authorize({
  answer,
  event = connectEvent(),
  identitySources = [],
  functionName = 'auth',
}: Case) {
  const asked: { name: string; payload: Record<string, unknown> }[] = [];
  const functions = {
    invoke: async (name: string, payload: string): Promise<FunctionResponse> => {
      asked.push({ name, payload: JSON.parse(payload) as Record<string, unknown> });
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'object' && answer !== null && 'payload' in answer)
        return answer as FunctionResponse;
      return { payload: JSON.stringify(answer) };
    },
  } as unknown as Functions;
  const authorizer = {
    kind: 'CUSTOM',
    authorizerId: 'auth12',
    functionName,
    identitySources: identitySources.map((text) => ({ text, source: parseSource(text) })),
  } as const;
  const result = await authorizeFunction(functions, authorizer, event, ARN, pino({ level: 'silent' }));
  return { result, asked };
}

const MILLISECONDS = expect.stringMatching(/^\d+$/) as string;

const statusOf = async (of: Case) => {
  const { result } = await authorize(of);
  return result.kind === 'denied' ? result.answer.status : 101;
};

describe('identity sources', () => {
  const identitySources = ['route.request.header.Authorization', 'route.request.querystring.token'];

  it('that are all there let the function be asked', async () => {
    const { result, asked } = await authorize({
      answer: policy(allow()),
      event: connectEvent(['authorization', 'x'], 'token=y'),
      identitySources,
    });
    expect(result.kind).toBe('allowed');
    expect(asked).toMatchObject([{ name: 'auth', payload: { type: 'REQUEST', methodArn: ARN } }]);
  });

  it.each([
    ['missing', connectEvent(['authorization', 'x'])],
    ['empty', connectEvent(['authorization', 'x'], 'token=')],
  ])('of which one is %s are 401, and nobody is asked', async (_, event) => {
    const { result, asked } = await authorize({ answer: policy(allow()), event, identitySources });
    expect(result).toMatchObject({ kind: 'denied', answer: { status: 401, message: 'Unauthorized' } });
    expect(asked).toEqual([]);
  });

  it('may be context and stage variables', async () => {
    const of = {
      answer: policy(allow()),
      identitySources: ['context.connectionId', 'stageVariables.tenant'],
    };
    expect(await statusOf(of)).toBe(401);
    expect(await statusOf({ ...of, event: connectEvent([], '', { stageVariables: { tenant: 'a' } }) })).toBe(
      101,
    );
  });
});

describe('the function', () => {
  it('may be named by a stage variable', async () => {
    const { asked } = await authorize({
      answer: policy(allow()),
      event: connectEvent([], '', { stageVariables: { fn: 'one' } }),
      functionName: 'arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}',
    });
    expect(asked).toMatchObject([{ name: 'arn:aws:lambda:us-east-1:000000000000:function:one' }]);
  });

  const failed = (errorMessage: string) => ({
    payload: JSON.stringify({ errorType: 'Error', errorMessage, trace: [] }),
    functionError: 'Unhandled',
  });

  it('may be a module of this machine', async () => {
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
    const ask = async (query: string) =>
      authorizeFunction(functions, authorizer, connectEvent([], query), ARN, log);
    expect(await ask('token=right')).toMatchObject({
      kind: 'allowed',
      variables: { 'authorizer.principalId': 'me' },
    });
    expect(await ask('token=wrong')).toMatchObject({ kind: 'denied', answer: { status: 401 } });
    await functions.close();
  });

  it('that fails with Unauthorized is 401', async () => {
    expect(await statusOf({ answer: failed('Unauthorized') })).toBe(401);
  });

  it.each([
    ['fails with anything else', failed('unauthorized')],
    ['times out', new FunctionTimedOutError('auth', 29_000)],
    ['answers with null', null],
    ['answers with text', 'allow'],
    ['names nobody', { policyDocument: policy(allow()).policyDocument }],
    ['has no policy', { principalId: 'me' }],
    ['has a policy that is none', { principalId: 'me', policyDocument: 'allow' }],
    ['has a statement with an unknown effect', policy({ ...allow(), Effect: 'Maybe' })],
    ['nests its context', { ...policy(allow()), context: { user: { id: 1 } } }],
    ['has a list in its context', { ...policy(allow()), context: { roles: ['a'] } }],
    ['has a context that is a list', { ...policy(allow()), context: ['a'] }],
    ['answers with more than 8 KB', { ...policy(allow()), context: { a: 'x'.repeat(8 * 1024) } }],
  ])('that %s is 500', async (_, answer) => {
    const { result } = await authorize({ answer });
    expect(result).toMatchObject({
      kind: 'denied',
      answer: { status: 500, message: 'Internal server error' },
    });
  });
});

describe('the policy', () => {
  it.each([
    ['its very resource', allow()],
    ['the API', allow('arn:aws:execute-api:us-east-1:000000000000:api1234567/*')],
    ['everything', allow('*', '*')],
    ['a list with it', allow(['arn:aws:other', ARN])],
  ])('that allows %s opens', async (_, statement) => {
    expect(await statusOf({ answer: policy(statement) })).toBe(101);
  });

  it.each([
    ['nothing', []],
    ['another route', [allow(ARN.replace('$connect', 'send'))]],
    ['another stage', [allow(ARN.replace('/dev/', '/prod/'))]],
    ['another action', [allow('*', 'execute-api:ManageConnections')]],
  ])('that allows %s is 403, in the recorded words', async (_, statements) => {
    const { result } = await authorize({ answer: policy(...statements) });
    expect(result).toMatchObject({
      answer: {
        status: 403,
        message:
          'User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action',
      },
    });
  });

  it('that denies is 403 in the recorded words, whatever else it allows', async () => {
    const { result } = await authorize({ answer: policy(allow('*'), deny()) });
    expect(result).toMatchObject({
      answer: {
        status: 403,
        message:
          'User is not authorized to access this resource with an explicit deny in an identity-based policy',
      },
    });
  });
});

describe('what the function says of the client', () => {
  it('becomes context variables, all of them text', async () => {
    const context = { user: 'u1', age: 1, admin: true, principalId: 'forged' };
    const { result } = await authorize({
      answer: { ...policy(allow()), context, usageIdentifierKey: 'key' },
    });
    expect(result).toEqual({
      kind: 'allowed',
      variables: {
        'authorizer.principalId': 'me',
        'authorizer.user': 'u1',
        'authorizer.age': '1',
        'authorizer.admin': 'true',
        'authorizer.usageIdentifierKey': 'key',
      },
      connectVariables: { 'authorizer.integrationLatency': MILLISECONDS },
      logged: expect.anything(),
    });
  });
});

describe('what the access log is told', () => {
  const answered = {
    'authorizer.status': '200',
    'authorizer.integrationStatus': '200',
    'authorizer.latency': MILLISECONDS,
    'authorizer.integrationLatency': MILLISECONDS,
  };

  it.each<[string, Case, object]>([
    ['a function that allows', { answer: policy(allow()) }, answered],
    ['a function that denies', { answer: policy(deny()) }, answered],
    [
      'a function that fails with Unauthorized',
      { answer: { payload: '{"errorMessage":"Unauthorized"}', functionError: 'Unhandled' } },
      { 'authorizer.status': '401', 'authorizer.error': 'Unauthorized' },
    ],
    [
      'a function that answers nothing of use',
      { answer: null },
      { 'authorizer.status': '500', 'authorizer.error': 'it did not answer with an object' },
    ],
  ])('of %s', async (_, of, logged) => {
    expect((await authorize(of)).result.logged).toEqual(logged);
  });
});

it('more than one Authorization header is 400, and nobody is asked', async () => {
  const { result, asked } = await authorize({
    answer: policy(allow()),
    event: connectEvent(['Authorization', 'a', 'authorization', 'b']),
  });
  expect(result).toMatchObject({ kind: 'denied', answer: { status: 400 } });
  expect(asked).toEqual([]);
});
