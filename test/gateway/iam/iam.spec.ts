import { describe, expect, it } from 'vitest';
import { Clock } from '../../../src/gateway/clock.js';
import { type AccessKey } from '../../../src/gateway/iam/access-keys.js';
import { Iam } from '../../../src/gateway/iam/iam.js';
import { IamError } from '../../../src/gateway/iam/iam-error.js';
import { FULL_ACCESS, type IamSettings } from '../../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../../src/gateway/iam/policy.js';
import { presign, sign, type Signer } from './sign.js';

const MINUTE = 60_000;

const ANN: AccessKey = {
  secretAccessKey: 'secret',
  sessionToken: undefined,
  identity: {
    arn: 'arn:aws:iam::123456789012:user/ann',
    accountId: '123456789012',
    userId: 'AIDAANN',
  },
};
const SESSION: AccessKey = {
  secretAccessKey: 'secret',
  sessionToken: 'token',
  identity: {
    arn: 'arn:aws:sts::123456789012:assumed-role/task/1',
    accountId: '123456789012',
    userId: 'AROATASK:1',
  },
};

function open(settings: Partial<IamSettings> = {}) {
  const accessKeys = new Map([
    ['AKIATEST', ANN],
    ['ASIATEST', SESSION],
  ]);
  const clock = new Clock();
  const plane = { region: 'us-east-1', accountId: '000000001234' };
  const iam = new Iam({ auth: 'sigv4', accessKeys, policies: FULL_ACCESS, ...settings }, plane, clock);
  return { iam, clock };
}

type Authorize = Parameters<Iam['authorize']>;

/** The identity, or the error type. */
function outcome(
  iam: Iam,
  request: Authorize[0],
  action = 'execute-api:Invoke',
  path = 'abc123/dev/$connect',
) {
  try {
    return iam.authorize(request, action, path).arn;
  } catch (error) {
    if (error instanceof IamError) return error.errorType;
    throw error;
  }
}

describe('the signer', () => {
  it('is the identity of the access key', async () => {
    const { iam } = open();
    expect(outcome(iam, await sign({}))).toBe(ANN.identity.arn);
    expect(outcome(iam, await presign({}))).toBe(ANN.identity.arn);
  });

  it.each<[string, Signer, string]>([
    ['an unknown access key', { accessKeyId: 'AKIAOTHER' }, 'UnrecognizedClientException'],
    ['another secret', { secretAccessKey: 'other' }, 'InvalidSignatureException'],
    ['temporary credentials without their token', { accessKeyId: 'ASIATEST' }, 'UnrecognizedClientException'],
    [
      'temporary credentials with another token',
      { accessKeyId: 'ASIATEST', sessionToken: 'other' },
      'UnrecognizedClientException',
    ],
    ['a token with lasting credentials', { sessionToken: 'token' }, 'UnrecognizedClientException'],
    ['another Region', { region: 'eu-central-1' }, 'InvalidSignatureException'],
    ['another service', { service: 'apigateway' }, 'InvalidSignatureException'],
  ])('is refused with %s', async (_, signer, errorType) => {
    const { iam } = open();
    expect(outcome(iam, await sign({}, signer))).toBe(errorType);
    expect(outcome(iam, await presign({}, signer))).toBe(errorType);
  });

  it('is known by temporary credentials with their token, in headers and in the URL', async () => {
    const { iam } = open();
    const signer = { accessKeyId: 'ASIATEST', sessionToken: 'token' };
    expect(outcome(iam, await sign({}, signer))).toBe(SESSION.identity.arn);
    expect(outcome(iam, await presign({}, signer))).toBe(SESSION.identity.arn);
  });

  it('must sign the host', async () => {
    const { iam } = open();
    const request = await sign({});
    const rawHeaders = request.rawHeaders.map((text) =>
      text.replace('SignedHeaders=host;', 'SignedHeaders='),
    );
    expect(() => iam.authorize({ ...request, rawHeaders }, 'x:y', 'z')).toThrow(
      /'Host'.+must be a 'SignedHeader'/,
    );
  });

  it('needs a signature but no valid secret if no access keys are known', async () => {
    const { iam } = open({ auth: 'off', accessKeys: undefined });
    expect(outcome(iam, await sign({}, { accessKeyId: 'any', secretAccessKey: 'any' }))).toBe(
      'arn:aws:iam::000000001234:user/any',
    );
    expect(outcome(iam, { ...(await sign({})), rawHeaders: [] })).toBe('MissingAuthenticationTokenException');
    expect(outcome(iam, await sign({}, { service: 'lambda' }))).toBe('InvalidSignatureException');
  });
});

describe('the time of the signature', () => {
  it.each([
    ['4:59 ago', 299_000, true],
    ['5:02 ago', 302_000, false],
    ['in 4:59', -299_000, true],
    ['in 5:02', -302_000, false],
  ])('%s', async (_, ageMs, isGood) => {
    const { iam } = open();
    const result = outcome(iam, await sign({}, { at: Date.now() - ageMs }));
    expect(result).toBe(isGood ? ANN.identity.arn : 'InvalidSignatureException');
  });

  it('is accepted if it is fresh by the moved clock or by the machine’s', async () => {
    const { iam, clock } = open();
    const request = await sign({});
    clock.advance(120 * MINUTE);
    expect(outcome(iam, request)).toBe(ANN.identity.arn);
    expect(outcome(iam, await sign({}, { at: clock.now() }))).toBe(ANN.identity.arn);
    expect(outcome(iam, await presign({}, { expiresIn: 60 }))).toBe(ANN.identity.arn);
  });

  it('is refused with AWS’s text if it is fresh by neither clock', async () => {
    const { iam, clock } = open();
    clock.advance(120 * MINUTE);
    const request = await sign({}, { at: Date.now() + 60 * MINUTE });
    expect(() => iam.authorize(request, 'x:y', 'z')).toThrow(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
  });

  it('is refused with AWS’s text if it is ahead', async () => {
    const { iam } = open();
    const request = await sign({}, { at: Date.now() + 10 * MINUTE });
    expect(() => iam.authorize(request, 'x:y', 'z')).toThrow(
      /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/,
    );
  });

  it('may be as old as the presigned URL allows', async () => {
    const { iam } = open();
    const signed = async (secondsAgo: number, expiresIn: number) =>
      presign({}, { expiresIn, at: Date.now() - secondsAgo * 1_000 });
    expect(outcome(iam, await signed(58, 60))).toBe(ANN.identity.arn);
    expect(outcome(iam, await signed(62, 60))).toBe('InvalidSignatureException');
    expect(outcome(iam, await signed(3_590, 3_600))).toBe(ANN.identity.arn);
    expect(outcome(iam, await signed(3_602, 3_600))).toBe('InvalidSignatureException');
  });
});

describe('the permission', () => {
  const policy = (Effect: string, Resource: string) =>
    parsePolicy({ Statement: { Effect, Action: 'execute-api:*', Resource } });
  const settings = (Resource: string, Effect = 'Allow') => ({
    policies: { byArn: new Map([[ANN.identity.arn, policy(Effect, Resource)]]), others: undefined },
  });

  it('follows the policy of the ARN', async () => {
    const { iam } = open(settings('arn:aws:execute-api:us-east-1:000000001234:abc123/dev/$connect'));
    expect(outcome(iam, await sign({}))).toBe(ANN.identity.arn);
    expect(outcome(iam, await sign({}), 'execute-api:Invoke', 'abc123/prod/$connect')).toBe(
      'AccessDeniedException',
    );
  });

  it('is denied without a policy', async () => {
    const { iam } = open(settings('*'));
    const signer = { accessKeyId: 'ASIATEST', sessionToken: 'token' };
    expect(outcome(iam, await sign({}, signer))).toBe('AccessDeniedException');
  });

  it('is denied with AWS’s text and a masked account', async () => {
    const path = 'abc123/dev/POST/@connections/{connectionId}';
    const { iam } = open(settings('nothing'));
    const [user, session] = [
      await sign({}),
      await sign({}, { accessKeyId: 'ASIATEST', sessionToken: 'token' }),
    ];
    expect(() => iam.authorize(user, 'execute-api:ManageConnections', path)).toThrow(
      'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:********1234:abc123/dev/POST/@connections/{connectionId} because no identity-based policy allows the execute-api:ManageConnections action',
    );
    expect(() => iam.authorize(session, 'execute-api:ManageConnections', path)).toThrow(
      'because no session policy allows the execute-api:ManageConnections action',
    );
    const denying = open(settings('*', 'Deny')).iam;
    expect(() => denying.authorize(user, 'execute-api:ManageConnections', path)).toThrow(
      '/@connections/{connectionId} with an explicit deny in an identity-based policy',
    );
  });
});
