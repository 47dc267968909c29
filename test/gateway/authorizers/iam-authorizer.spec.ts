import { describe, expect, it } from 'vitest';
import { Clock } from '../../../src/gateway/clock.js';
import { Iam } from '../../../src/gateway/iam/iam.js';
import { FULL_ACCESS, type Policies } from '../../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../../src/gateway/iam/policy.js';
import { type SignedRequest } from '../../../src/gateway/iam/canonical-request.js';
import { authorizeIam } from '../../../src/gateway/authorizers/iam-authorizer.js';
import { presign, sign } from '../iam/sign.js';

const ARN = 'arn:aws:iam::123456789012:user/ann';

function authorize({ target, rawHeaders }: SignedRequest, policies: Policies = FULL_ACCESS) {
  const identity = { arn: ARN, accountId: '123456789012', userId: 'AIDAANN' };
  const accessKeys = new Map([
    ['AKIATEST', { secretAccessKey: 'secret', sessionToken: undefined, identity }],
  ]);
  const plane = { region: 'us-east-1', accountId: '000000000000' };
  const iam = new Iam({ auth: 'off', accessKeys, policies }, plane, new Clock());
  return authorizeIam(iam, { method: 'GET', target, rawHeaders }, 'abc123/dev/$connect');
}

const only = (Action: string, Resource: string): Policies => ({
  byArn: new Map(),
  others: parsePolicy({ Statement: { Effect: 'Allow', Action, Resource } }),
});

describe('AWS_IAM on $connect', () => {
  it('accepts signed headers and a presigned URL, and returns the identity', async () => {
    const allowed = {
      kind: 'allowed',
      variables: {
        'identity.accountId': '123456789012',
        'identity.caller': 'AIDAANN',
        'identity.user': 'AIDAANN',
        'identity.userArn': ARN,
      },
      logVariables: { 'authenticate.status': '200', 'authorize.status': '200' },
      signer: { accessKey: 'AKIATEST', accountId: '123456789012', userId: 'AIDAANN', userArn: ARN },
    };
    expect(authorize(await sign({ path: '/dev' }))).toEqual(allowed);
    expect(authorize(await presign({ path: '/dev', query: { token: 'a b' } }))).toEqual(allowed);
  });

  it('denies a request without a signature', async () => {
    expect(authorize({ ...(await sign({})), rawHeaders: [] })).toEqual({
      kind: 'denied',
      response: {
        status: 403,
        message: 'Missing Authentication Token',
      },
      reason: 'AWS_IAM: MissingAuthenticationTokenException',
      logVariables: {
        'authenticate.status': '403',
        'authenticate.error': 'Missing Authentication Token',
      },
      isUnsigned: true,
    });
  });

  it('has access-log variables for a signer without permission', async () => {
    const { logVariables } = authorize(await sign({}), only('execute-api:Invoke', 'arn:aws:none'));
    expect(logVariables).toEqual({
      'authenticate.status': '200',
      'authorize.status': '403',
      'authorize.error': expect.stringContaining('is not authorized') as string,
    });
  });

  it('evaluates the policy for execute-api:Invoke on $connect', async () => {
    const resource = 'arn:aws:execute-api:us-east-1:000000000000:abc123/dev/$connect';
    const decide = async (policies: Policies) => authorize(await sign({}), policies).kind;
    expect(await decide(only('execute-api:Invoke', resource))).toBe('allowed');
    expect(await decide(only('execute-api:Invoke', resource.replace('/dev/', '/*/')))).toBe('allowed');
    expect(await decide(only('execute-api:Invoke', resource.replace('$connect', '$default')))).toBe('denied');
    expect(await decide(only('execute-api:ManageConnections', resource))).toBe('denied');
  });
});
