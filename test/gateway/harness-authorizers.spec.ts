import { describe, expect, it } from 'vitest';
import { startGateway } from '../../src/gateway/index.js';
import { describeStep } from '../../src/gateway/story/step-text.js';
import { OidcIssuer } from '../support/oidc-issuer.js';

const ISSUER = 'https://login.example.com/';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function';

/** `GET /jwt` and `GET /guarded` by the function `fn`; the second is guarded by the function `guard`. */
const TEMPLATE = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: books, ProtocolType: HTTP }
  Jwt:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [ $request.header.Authorization ]
      JwtConfiguration: { Issuer: "${ISSUER}", Audience: [ app ] }
  Guard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: guard
      AuthorizerType: REQUEST
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}:guard/invocations
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerResultTtlInSeconds: 300
      IdentitySource: [ $request.querystring.t, $context.routeKey ]
  Function:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: "${ARN}:fn", PayloadFormatVersion: '2.0' }
  GetJwt:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      { ApiId: !Ref Api, RouteKey: GET /jwt, AuthorizationType: JWT, AuthorizerId: !Ref Jwt, Target: !Sub "integrations/\${Function}" }
  GetGuarded:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      { ApiId: !Ref Api, RouteKey: GET /guarded, AuthorizationType: CUSTOM, AuthorizerId: !Ref Guard, Target: !Sub "integrations/\${Function}" }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true }
`;

async function guarded() {
  const issuer = await OidcIssuer.start();
  let calls = 0;
  const gateway = await startGateway({
    template: TEMPLATE,
    issuers: { [ISSUER]: issuer.url },
    functions: {
      fn: async () => Promise.resolve({ statusCode: 200 }),
      guard: async () => {
        calls += 1;
        return Promise.resolve({ isAuthorized: true, context: { calls } });
      },
    },
  });
  return {
    issuer,
    gateway,
    calls: () => calls,
    get: async (path: string, authorization = '') =>
      (await fetch(gateway.url() + path, { headers: { authorization } })).status,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

describe('the record of a request to a protected route', () => {
  it('has the check of its token, without the token', async () => {
    await using served = await guarded();
    const token = await served.issuer.token();
    expect(await served.get('/jwt', `Bearer ${token}`)).toBe(200);
    const event = await served.gateway.waitFor({ type: 'http_request' });
    const step = event.steps.find((each) => each.step === 'jwt_authorizer');
    expect(step).toEqual({
      step: 'jwt_authorizer',
      authorizerId: expect.stringMatching(/^\w{6}$/) as string,
      issuer: ISSUER,
      identitySource: { source: '$request.header.Authorization', values: ['***'] },
      subject: 'alice',
    });
    expect(JSON.stringify(event)).not.toContain(token);
    expect(step && describeStep(step)).toMatchObject({
      title: 'JWT authorizer',
      text: `token of ${ISSUER}, sub alice`,
    });
  });

  it('has the reason of a refusal', async () => {
    await using served = await guarded();
    expect(await served.get('/jwt', await served.issuer.token({ aud: 'other' }))).toBe(401);
    const { steps, outcome } = await served.gateway.waitFor({ type: 'http_request' });
    const reason = 'the token does not have a valid audience';
    expect(outcome).toEqual({ result: 'refused', status: 401, reason });
    const step = steps.find((each) => each.step === 'jwt_authorizer');
    expect(step && describeStep(step)).toMatchObject({ text: reason, hasFailed: true });
  });

  it('has the call of its function, and whether a stored decision was reused', async () => {
    await using served = await guarded();
    for (let index = 0; index < 2; index++) expect(await served.get('/guarded?t=very-secret')).toBe(200);
    await expect.poll(() => served.gateway.events({ type: 'http_request' })).toHaveLength(2);
    const events = served.gateway.events({ type: 'http_request' });
    const steps = events.flatMap((event) => event.steps.filter((each) => each.step === 'lambda_authorizer'));
    expect(steps).toMatchObject([
      {
        functionName: `${ARN}:guard`,
        identitySources: [
          { source: '$request.querystring.t', values: ['***'] },
          { source: '$context.routeKey', values: ['GET /guarded'] },
        ],
        request: { text: expect.stringContaining('"type":"REQUEST"') as string },
        response: { text: expect.stringContaining('"isAuthorized":true') as string },
        decision: 'allowed',
      },
      { isCached: true, decision: 'allowed' },
    ]);
    expect(steps[1]).not.toHaveProperty('request');
    expect(JSON.stringify(events)).not.toContain('very-secret');
    expect(steps.map((step) => describeStep(step).text)).toEqual([
      expect.stringMatching(/^function .*:guard, allowed, \S+ m?s, /),
      expect.stringMatching(/^function .*:guard, allowed, from the cache, /),
    ]);
  });
});

describe('a reset', () => {
  it('forgets stored decisions and keys of issuers', async () => {
    await using served = await guarded();
    const token = await served.issuer.token();
    const ask = async () => [await served.get('/guarded?t=1'), await served.get('/jwt', token)];
    await ask();
    await ask();
    expect([served.calls(), served.issuer.reads.jwks]).toEqual([1, 1]);
    await served.gateway.reset();
    await ask();
    expect([served.calls(), served.issuer.reads.jwks]).toEqual([2, 2]);
  });
});
