import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AuthorizerDecisions } from '../../../src/gateway/authorizers/authorizer-decisions.js';
import { HttpLambdaAuthorizer } from '../../../src/gateway/authorizers/http-lambda-authorizer.js';
import { type FunctionAuthorization } from '../../../src/gateway/control/http-snapshot.js';
import { FunctionTimedOutError } from '../../../src/gateway/lambda/function-errors.js';
import { type Functions } from '../../../src/gateway/lambda/functions.js';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api1/$default/GET/a';

/** The result of the authorization when the function returns this. */
async function authorize(result: unknown, overrides: Partial<FunctionAuthorization> = {}) {
  const timeouts: number[] = [];
  const functions = {
    invoke: async (_name: string, _payload: string, timeoutMs: number) => {
      timeouts.push(timeoutMs);
      if (result instanceof Error) throw result;
      return Promise.resolve({ payload: typeof result === 'string' ? result : JSON.stringify(result) });
    },
  };
  const authorizer = new HttpLambdaAuthorizer(
    functions as unknown as Functions,
    new AuthorizerDecisions(Date.now),
    pino({ level: 'silent' }),
  );
  const authorization: FunctionAuthorization = {
    kind: 'CUSTOM',
    authorizerId: 'auth12',
    functionName: 'guard',
    payloadFormatVersion: '1.0',
    hasSimpleResponses: false,
    ttlSeconds: 0,
    identitySources: [],
    ...overrides,
  };
  const authorized = await authorizer.authorize(authorization, {
    apiId: 'api1',
    stage: '$default',
    stageVariables: {},
    resourceArn: ARN,
    identity: [],
    event: () => ({}),
  });
  return { authorized, timeouts };
}

const allowing = (others: object) => ({
  principalId: 'u1',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: '*', Effect: 'Allow', Resource: ARN }] },
  ...others,
});

describe('the result of a Lambda authorizer of an HTTP API', () => {
  it('H9.29: is awaited for 10 s, then the response is 500', async () => {
    const { authorized, timeouts } = await authorize(new FunctionTimedOutError('guard', 10_000));
    expect(timeouts).toEqual([10_000]);
    expect(authorized).toMatchObject({ kind: 'denied', response: { status: 500 }, isFault: true });
  });

  it.each([
    ['H9.30: a list in a context of payload 1.0', allowing({ context: { list: ['a'] } })],
    ['H9.30: an object in it', allowing({ context: { map: {} } })],
    ['H9.30: null in it', allowing({ context: { nothing: null } })],
    ['H9.27: no principal', allowing({ principalId: undefined })],
    ['H9.27: an empty principal', allowing({ principalId: '' })],
    ['H9.27: a principal that is a number', allowing({ principalId: 1 })],
    ['no policy', { principalId: 'u1' }],
    ['a policy with a Condition', allowing({ policyDocument: { Statement: [{ Condition: {} }] } })],
    ['text that is not JSON', '{'],
    ['over 8 KB', allowing({ context: { text: 'x'.repeat(9_000) } })],
  ])('is an error: %s', async (_, result) => {
    const { authorized } = await authorize(result);
    expect(authorized).toMatchObject({ kind: 'denied', response: { status: 500 }, isFault: true });
  });

  it('H6.19: keeps numbers as they are written', async () => {
    const json = JSON.stringify(allowing({ context: { id: 'ID' } })).replace('"ID"', '1234567890123456789');
    const { authorized } = await authorize(json);
    expect(authorized).toMatchObject({
      kind: 'allowed',
      variables: { 'authorizer.id': '1234567890123456789', 'authorizer.principalId': 'u1' },
    });
    const typed = await authorize(json, { payloadFormatVersion: '2.0' });
    expect(JSON.stringify(typed.authorized)).toContain('"id":1234567890123456789');
  });

  it('H6.19: has null in events, and no variables, without a context', async () => {
    const { authorized } = await authorize({ isAuthorized: true }, { hasSimpleResponses: true });
    expect(authorized).toEqual({
      kind: 'allowed',
      variables: {},
      authorizer: { kind: 'lambda', principalId: undefined, context: null },
    });
  });

  it('has lists as JSON in variables, and nothing for null', async () => {
    const context = { list: ['a', 1], nothing: null, flag: false };
    const { authorized } = await authorize(
      { isAuthorized: 'true', context },
      { hasSimpleResponses: true, payloadFormatVersion: '2.0' },
    );
    expect(authorized).toMatchObject({
      variables: { 'authorizer.list': '["a",1]', 'authorizer.flag': 'false' },
    });
    expect(authorized).not.toHaveProperty(['variables', 'authorizer.nothing']);
  });
});
