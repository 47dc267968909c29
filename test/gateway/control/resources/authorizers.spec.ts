import {
  BadRequestException,
  ConflictException,
  CreateAuthorizerCommand,
  type CreateAuthorizerCommandInput,
  CreateRouteCommand,
  DeleteAuthorizerCommand,
  DeleteRouteCommand,
  GetAuthorizerCommand,
  GetAuthorizersCommand,
  GetRouteCommand,
  NotFoundException,
  UpdateAuthorizerCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, createRoute, refusal, serveControlApiPerTest } from '../serve-control-api.js';

const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:door';
const URI = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;
const MINIMAL = {
  name: 'door',
  authorizerType: 'REQUEST',
  authorizerUri: URI,
  identitySource: ['route.request.querystring.token'],
};

describe('authorizers', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const create = async (settings: Partial<CreateAuthorizerCommandInput> = {}) => {
    const { AuthorizerId, ...authorizer } = await served.v2.send(
      new CreateAuthorizerCommand({
        ApiId,
        Name: 'door',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: URI,
        IdentitySource: ['route.request.querystring.token'],
        ...settings,
      }),
    );
    return { AuthorizerId, ...authorizer };
  };
  const guard = (AuthorizerId: string | undefined) =>
    served.v2.send(
      new CreateRouteCommand({ ApiId, RouteKey: '$connect', AuthorizationType: 'CUSTOM', AuthorizerId }),
    );
  const send = (flaw: object) =>
    served.send('POST', `/v2/apis/${ApiId}/authorizers`, { ...MINIMAL, ...flaw });

  it('returns 201 and the fields of the request for a creation', async () => {
    const { $metadata, AuthorizerId, ...authorizer } = await create();
    expect($metadata.httpStatusCode).toBe(201);
    expect(AuthorizerId).toMatch(/^[a-z0-9]{6}$/);
    expect(authorizer).toEqual({
      Name: 'door',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: URI,
      IdentitySource: ['route.request.querystring.token'],
    });
  });

  it.each([
    [['route.request.header.Authorization', 'route.request.querystring.token']],
    [['stageVariables.tenant', 'context.connectionId', 'context.identity.sourceIp']],
    [['context.connectedAt', 'context.requestTimeEpoch']],
  ])('accepts the identity sources %j', async (IdentitySource) => {
    expect((await create({ IdentitySource })).IdentitySource).toEqual(IdentitySource);
  });

  it('reads a single empty identity source as none', async () => {
    expect((await create({ IdentitySource: [''] })).IdentitySource).toBeUndefined();
  });

  it('lists the authorizers', async () => {
    await create({ Name: 'a' });
    await create({ Name: 'b' });
    const { Items = [] } = await served.v2.send(new GetAuthorizersCommand({ ApiId }));
    expect(new Set(Items.map(({ Name }) => Name))).toEqual(new Set(['a', 'b']));
  });

  it('changes the fields that an update names and keeps the others', async () => {
    const { AuthorizerId } = await create();
    await served.v2.send(
      new UpdateAuthorizerCommand({ ApiId, AuthorizerId, IdentitySource: ['route.request.header.Auth'] }),
    );
    const authorizer = await served.v2.send(new GetAuthorizerCommand({ ApiId, AuthorizerId }));
    expect(authorizer).toMatchObject({ Name: 'door', IdentitySource: ['route.request.header.Auth'] });
  });

  it('unsets the credentials that an update sends empty', async () => {
    const role = 'arn:aws:iam::123456789012:role/door';
    const { AuthorizerId } = await create({ AuthorizerCredentialsArn: role });
    const updated = await served.v2.send(
      new UpdateAuthorizerCommand({ ApiId, AuthorizerId, AuthorizerCredentialsArn: '' }),
    );
    expect(updated.AuthorizerCredentialsArn).toBeUndefined();
  });

  it('is part of the $connect route of a deployment, with its function and sources', async () => {
    const { AuthorizerId } = await create();
    await guard(AuthorizerId);
    await served.send('POST', `/v2/apis/${ApiId}/stages`, { stageName: 'auto', autoDeploy: true });
    const route = served.controlPlane.stage(ApiId, 'auto')?.snapshot?.routes.get('$connect');
    expect(route?.authorization).toMatchObject({
      kind: 'CUSTOM',
      functionName: FUNCTION,
      identitySources: [{ text: 'route.request.querystring.token' }],
    });
  });

  it('is not deleted while a route uses it', async () => {
    const { AuthorizerId } = await create();
    await guard(AuthorizerId);
    const deletion = served.v2.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId }));
    await expect(deletion).rejects.toBeInstanceOf(ConflictException);
  });

  it('is deleted once no route uses it', async () => {
    const { AuthorizerId } = await create();
    const { RouteId } = await guard(AuthorizerId);
    await served.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    await served.v2.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId }));
    const get = served.v2.send(new GetAuthorizerCommand({ ApiId, AuthorizerId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it('is removed from a route that no longer requires authorization', async () => {
    const { AuthorizerId } = await create();
    const { RouteId } = await guard(AuthorizerId);
    await served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, AuthorizationType: 'NONE' }));
    const route = await served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    expect(route.AuthorizerId).toBeUndefined();
  });

  it.each([
    ['AuthorizerPayloadFormatVersion', '1.0'],
    ['AuthorizerResultTtlInSeconds', 0],
    ['EnableSimpleResponses', false],
    ['JwtConfiguration', {}],
  ])('refuses %s with AWS’s text', async (member, value) => {
    const name = member.charAt(0).toLowerCase() + member.slice(1);
    const response = await send({ [name]: value });
    expect(await response.json()).toEqual({
      message: `${member} cannot be set for WEBSOCKET protocol Apis.`,
    });
  });

  it.each([
    ['without a name', { name: undefined }],
    ['of type JWT', { authorizerType: 'JWT' }],
    ['without a URI', { authorizerUri: undefined }],
    ['whose URI is the ARN of a function', { authorizerUri: FUNCTION }],
    ['whose credentials are no role', { authorizerCredentialsArn: 'arn:aws:iam::123456789012:user/x' }],
    ['with a source of HTTP APIs', { identitySource: ['$request.header.Authorization'] }],
    ['with the body as a source', { identitySource: ['route.request.body.token'] }],
    ['with a literal as a source', { identitySource: ["'x'"] }],
    ['with several values as a source', { identitySource: ['route.request.multivalueheader.Cookie'] }],
    ['with an empty source among others', { identitySource: ['', 'context.stage'] }],
  ])('refuses one %s', async (_, flaw) => {
    expect(refusal(await send(flaw))).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('returns 409 for a name that the API already has', async () => {
    await create();
    await expect(create()).rejects.toBeInstanceOf(ConflictException);
  });
});

describe('the authorization of a route', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  it.each([{ authorizationType: 'AWS_IAM' }, { apiKeyRequired: true }])(
    'may be %j on $connect',
    async (settings) => {
      const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, {
        routeKey: '$connect',
        ...settings,
      });
      expect([response.status, await response.json()]).toMatchObject([201, settings]);
    },
  );

  it.each([
    ['AWS_IAM on a message route', { routeKey: 'join', authorizationType: 'AWS_IAM' }],
    ['JWT', { routeKey: '$connect', authorizationType: 'JWT' }],
    ['CUSTOM without an authorizer', { routeKey: '$connect', authorizationType: 'CUSTOM' }],
    [
      'CUSTOM with an authorizer that does not exist',
      { routeKey: '$connect', authorizationType: 'CUSTOM', authorizerId: 'abc123' },
    ],
    ['an authorizer without CUSTOM', { routeKey: '$connect', authorizerId: 'abc123' }],
  ])('may not be %s', async (_, settings) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, settings);
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it.each(['$default', '$disconnect', 'join'])(
    'may require an API key on %s, which is not checked there',
    async (routeKey) => {
      const settings = { routeKey, apiKeyRequired: true };
      const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, settings);
      expect([response.status, await response.json()]).toMatchObject([201, settings]);
    },
  );

  it('prevents a route from being renamed', async () => {
    const RouteId = await createRoute(served, ApiId, '$connect');
    await served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, AuthorizationType: 'AWS_IAM' }));
    const renamed = served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'join' }));
    await expect(renamed).rejects.toBeInstanceOf(BadRequestException);
  });
});
