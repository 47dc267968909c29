import { describe, expect, it } from 'vitest';
import { Clock } from '../../../src/gateway/clock.js';
import { Iam } from '../../../src/gateway/iam/iam.js';
import { FULL_ACCESS, type Policies } from '../../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../../src/gateway/iam/policy.js';
import { type SignedRequest } from '../../../src/gateway/iam/canonical-request.js';
import { authorizeIam } from '../../../src/gateway/authorizers/iam-authorizer.js';
import { type RouteEvent } from '../../../src/gateway/websocket/steps/map-request.js';
import { presign, sign } from '../iam/sign.js';

const ARN = 'arn:aws:iam::123456789012:user/ann';

async function authorize({ target, rawHeaders }: SignedRequest, policies: Policies = FULL_ACCESS) {
  const identity = { arn: ARN, accountId: '123456789012', userId: 'AIDAANN' };
  const accessKeys = new Map([
    ['AKIATEST', { secretAccessKey: 'secret', sessionToken: undefined, identity }],
  ]);
  const plane = { region: 'us-east-1', accountId: '000000000000' };
  const event: RouteEvent = {
    connection: {
      apiId: 'abc123',
      stage: 'dev',
      domainName: '127.0.0.1:8080',
      connectionId: 'gbgBEG6oLQAYKEhVEA==',
      connectedAt: 0,
      sourceIp: '127.0.0.1',
      userAgent: undefined,
      authorized: {},
      gatewayIp: '127.0.0.1',
    },
    facts: { eventType: 'CONNECT', routeKey: '$connect', requestId: 'EOn61HU0oAMEiMw=', requestTime: 0 },
    stageVariables: {},
    handshake: { target, rawHeaders, header: new Map(), querystring: new Map() },
  };
  return authorizeIam(new Iam({ auth: 'off', accessKeys, policies }, plane, new Clock()), event);
}

const only = (Action: string, Resource: string): Policies => ({
  byArn: new Map(),
  others: parsePolicy({ Statement: { Effect: 'Allow', Action, Resource } }),
});

describe('AWS_IAM on $connect', () => {
  it('takes signed headers and a presigned URL, and tells who it is', async () => {
    const allowed = {
      kind: 'allowed',
      variables: {
        'identity.accountId': '123456789012',
        'identity.caller': 'AIDAANN',
        'identity.user': 'AIDAANN',
        'identity.userArn': ARN,
      },
      logged: { 'authenticate.status': '200', 'authorize.status': '200' },
    };
    expect(await authorize(await sign({ path: '/dev' }))).toEqual(allowed);
    expect(await authorize(await presign({ path: '/dev', query: { token: 'a b' } }))).toEqual(allowed);
  });

  it('refuses who does not sign', async () => {
    expect(await authorize({ ...(await sign({})), rawHeaders: [] })).toEqual({
      kind: 'denied',
      answer: {
        status: 403,
        message: 'Missing Authentication Token',
        errorType: 'MissingAuthenticationTokenException',
      },
      reason: 'AWS_IAM: MissingAuthenticationTokenException',
      logged: {
        'authenticate.status': '403',
        'authenticate.error': 'Missing Authentication Token',
      },
    });
  });

  it('tells the access log of a signer who is known and may not', async () => {
    const { logged } = await authorize(await sign({}), only('execute-api:Invoke', 'arn:aws:none'));
    expect(logged).toEqual({
      'authenticate.status': '200',
      'authorize.status': '403',
      'authorize.error': expect.stringContaining('is not authorized') as string,
    });
  });

  it('asks the policy for execute-api:Invoke on $connect', async () => {
    const resource = 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev/$connect';
    const decide = async (policies: Policies) => (await authorize(await sign({}), policies)).kind;
    expect(await decide(only('execute-api:Invoke', resource))).toBe('allowed');
    expect(await decide(only('execute-api:Invoke', resource.replace('/dev/', '/*/')))).toBe('allowed');
    expect(await decide(only('execute-api:Invoke', resource.replace('$connect', '$default')))).toBe('denied');
    expect(await decide(only('execute-api:ManageConnections', resource))).toBe('denied');
  });
});
