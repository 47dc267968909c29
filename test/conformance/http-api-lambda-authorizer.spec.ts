import { ResetAuthorizersCacheCommand, UpdateAuthorizerCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type LambdaEvent } from './function-backend.js';
import { FUNCTION, guardedApi, policy } from './guarded-api.js';
import { hasFunction } from './target.js';

const UNAUTHORIZED = { status: 401, body: '{"message":"Unauthorized"}', authenticate: null };
const FORBIDDEN = { status: 403, body: '{"message":"Forbidden"}', authenticate: null };
const FAILED = { status: 500, body: '{"message":"Internal Server Error"}', authenticate: null };

describe.runIf(hasFunction)('H9 the result of a Lambda authorizer', () => {
  it.each([
    [true, 200],
    ['true', 200],
    [false, 403],
    ['false', 403],
  ])('H9.26: isAuthorized %j is %i [observed]', async (isAuthorized, status) => {
    await using served = await guardedApi();
    served.decides(() => ({ isAuthorized }));
    expect((await served.send('/a')).status).toBe(status);
    expect(served.invoked).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each(['1.0', '2.0'] as const)(
    'H9.27: a policy of payload %s is evaluated [documented]',
    async (version) => {
      await using served = await guardedApi({
        AuthorizerPayloadFormatVersion: version,
        EnableSimpleResponses: false,
      });
      const answers = [
        policy('Allow', '*'),
        policy('Allow', '*/GET/a'),
        policy('Allow', '*/GET/b'),
        policy('Deny', '*'),
        {
          principalId: 'u1',
          policyDocument: {
            Version: '2012-10-17',
            Statement: ['Allow', 'Deny'].map((Effect) => ({ Action: '*', Effect, Resource: '*' })),
          },
        },
      ];
      const statuses = [];
      for (const answer of answers) {
        served.decides(() => answer);
        statuses.push((await served.send('/a')).status);
      }
      expect(statuses).toEqual([200, 200, 403, 403, 403]);
    },
  );

  it('H9.28: a simple response is no policy, and a policy no simple response [observed]', async () => {
    await using simple = await guardedApi();
    simple.decides(() => policy('Allow', '*'));
    expect(await simple.send('/a')).toEqual(FAILED);
    await using byPolicy = await guardedApi({ EnableSimpleResponses: false });
    byPolicy.decides(() => ({ isAuthorized: true }));
    expect(await byPolicy.send('/a')).toEqual(FAILED);
  });

  it.each([
    ['a denial', () => ({ isAuthorized: false }), FORBIDDEN],
    ['the error Unauthorized', throwing('Unauthorized'), UNAUTHORIZED],
    ['an errorMessage Unauthorized', () => ({ errorMessage: 'Unauthorized' }), UNAUTHORIZED],
    ['another error', throwing('no database'), FAILED],
    ['text', () => 'yes', FAILED],
    ['null', () => null, FAILED],
    ['isAuthorized as a number', () => ({ isAuthorized: 1 }), FAILED],
    ['a context that is a list', () => ({ isAuthorized: true, context: [] }), FAILED],
  ])('H9.29: %s [observed]', async (_, decide, expected) => {
    await using served = await guardedApi();
    served.decides(decide);
    expect(await served.send('/a')).toEqual(expected);
    expect(served.invoked).toEqual([]);
  });
});

function throwing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe.runIf(hasFunction)('H6.19 the context of a Lambda authorizer', () => {
  const context = { z: 'x', list: ['a', 1], map: { k: { n: null } }, none: null, number: 7, flag: true };

  it('keeps the types of JSON for payload 2.0, sorted and without claims [observed]', async () => {
    await using served = await guardedApi();
    served.decides(() => ({ isAuthorized: true, context: { ...context, claims: 'dropped' } }));
    await served.send('/a');
    const { lambda } = served.invoked[0].requestContext.authorizer;
    expect(lambda).toEqual(context);
    expect(Object.keys(lambda)).toEqual(Object.keys(context).toSorted());
  });

  it('has no principal for payload 2.0 [observed]', async () => {
    await using served = await guardedApi({ EnableSimpleResponses: false });
    served.decides(() => policy('Allow', '*', { tenant: 't1' }));
    await served.send('/a');
    expect(served.invoked[0].requestContext.authorizer).toEqual({ lambda: { tenant: 't1' } });
  });

  it('is text for payload 1.0 [observed]', async () => {
    await using served = await guardedApi({ AuthorizerPayloadFormatVersion: '1.0' });
    served.decides(() => policy('Allow', '*', { flag: true, number: 7, text: 'x' }));
    await served.send('/a');
    const expected = { flag: 'true', number: '7', text: 'x' };
    expect(served.invoked[0].requestContext.authorizer).toEqual({ lambda: expected });
  });

  it('E15: can be mapped [documented]', async () => {
    await using served = await guardedApi();
    const { api, AuthorizerId } = served;
    const RequestParameters = { 'overwrite:header.tenant': '$context.authorizer.tenant' };
    const integration = {
      IntegrationType: 'AWS_PROXY' as const,
      IntegrationUri: FUNCTION,
      PayloadFormatVersion: '2.0',
      RequestParameters,
    };
    await api.createRoute('GET /mapped', integration, { AuthorizationType: 'CUSTOM', AuthorizerId });
    await api.deploy('$default');
    served.decides(() => ({ isAuthorized: true, context: { tenant: 't1' } }));
    await served.send('/mapped');
    expect(served.invoked[0].headers.tenant).toBe('t1');
  });
});

describe.runIf(hasFunction)('H9.31 the cache of a Lambda authorizer', () => {
  const CACHED = { AuthorizerResultTtlInSeconds: 300 };

  it('reuses one decision for all routes, by the identity alone [observed]', async () => {
    await using served = await guardedApi(CACHED);
    await served.send('/a', { authorization: 't', 'x-other': '1' });
    await served.send('/b?x=1');
    expect(served.asked).toHaveLength(1);
    await served.send('/a', { authorization: 'other' });
    expect(served.asked).toHaveLength(2);
  });

  it('separates routes by $context.routeKey [documented]', async () => {
    await using served = await guardedApi({
      ...CACHED,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    });
    for (const path of ['/a', '/b', '/a', '/b']) await served.send(path);
    expect(served.asked).toHaveLength(2);
  });

  it('evaluates a stored policy for each route [observed]', async () => {
    await using served = await guardedApi({ ...CACHED, EnableSimpleResponses: false });
    served.decides(({ routeArn }: LambdaEvent) => policy('Allow', routeArn));
    expect([(await served.send('/a')).status, (await served.send('/b')).status]).toEqual([200, 403]);
    expect(served.asked).toHaveLength(1);
  });

  it('stores denials, but no errors [documented]', async () => {
    await using served = await guardedApi(CACHED);
    served.decides(() => ({ isAuthorized: false }));
    await served.send('/a');
    served.decides(() => ({ isAuthorized: true }));
    expect((await served.send('/a')).status).toBe(403);
    served.decides(throwing('no database'));
    expect((await served.send('/a', { authorization: 'second' })).status).toBe(500);
    served.decides(() => ({ isAuthorized: true }));
    expect((await served.send('/a', { authorization: 'second' })).status).toBe(200);
  });

  it('H9.32: carries the context of the first call [observed]', async () => {
    await using served = await guardedApi(CACHED);
    served.decides(({ routeKey }: LambdaEvent) => ({ isAuthorized: true, context: { routeKey } }));
    await served.send('/a');
    await served.send('/b');
    expect(served.invoked[1].requestContext.authorizer.lambda).toEqual({ routeKey: 'GET /a' });
  });

  it('H9.33: is emptied by ResetAuthorizersCache [observed]', async () => {
    await using served = await guardedApi(CACHED);
    await served.send('/a');
    const { control, apiId: ApiId } = served.api;
    await control.send(new ResetAuthorizersCacheCommand({ ApiId, StageName: '$default' }));
    // on AWS it takes effect asynchronously
    await expect
      .poll(async () => {
        await served.send('/a');
        return served.asked.length;
      })
      .toBeGreaterThan(1);
  });

  it('H9.34: a changed authorizer needs a deployment [documented]', async () => {
    await using served = await guardedApi();
    const { api, AuthorizerId } = served;
    await api.control.send(
      new UpdateAuthorizerCommand({
        ApiId: api.apiId,
        AuthorizerId,
        IdentitySource: ['$request.header.x-key'],
      }),
    );
    expect((await served.send('/a')).status).toBe(200);
    await api.deploy('$default');
    expect((await served.send('/a')).status).toBe(401);
    expect((await served.send('/a', { 'x-key': 'k' })).status).toBe(200);
  });
});
