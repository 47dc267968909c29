import {
  ConflictException,
  CreateRouteCommand,
  DeleteRouteCommand,
  DeleteRouteRequestParameterCommand,
  GetRouteCommand,
  GetRoutesCommand,
  NotFoundException,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createIntegration,
  createRoute,
  refusal,
  serveControlApiPerTest,
} from '../serve-control-api.js';

describe('routes', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const TOKEN = 'route.request.querystring.token';

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, RouteId, ...route } = await served.v2.send(
      new CreateRouteCommand({ ApiId, RouteKey: '$default' }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect(RouteId).toMatch(/^[a-z0-9]{7}$/);
    expect(route).toEqual({
      RouteKey: '$default',
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
    });
  });

  it.each(['$connect', '$disconnect', '$default', 'join', 'join/1', 'a$b'])(
    'accepts the route key %s',
    async (RouteKey) => {
      const { RouteId } = await served.v2.send(new CreateRouteCommand({ ApiId, RouteKey }));
      const route = await served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
      expect(route.RouteKey).toBe(RouteKey);
    },
  );

  it('lists the routes in the order of their ids', async () => {
    const ids = [await createRoute(served, ApiId, 'a'), await createRoute(served, ApiId, 'b')];
    const { Items = [] } = await served.v2.send(new GetRoutesCommand({ ApiId }));
    expect(Items.map(({ RouteId }) => RouteId)).toEqual(ids.toSorted());
  });

  it('returns 409 for a route key that the API already has', async () => {
    await createRoute(served, ApiId, '$connect');
    const again = served.v2.send(new CreateRouteCommand({ ApiId, RouteKey: '$connect' }));
    await expect(again).rejects.toBeInstanceOf(ConflictException);
  });

  it('returns 409 for an update to the key of another route', async () => {
    await createRoute(served, ApiId, 'join');
    const RouteId = await createRoute(served, ApiId, 'leave');
    const renamed = served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'join' }));
    await expect(renamed).rejects.toBeInstanceOf(ConflictException);
  });

  it('allows the same route key in two APIs', async () => {
    await createRoute(served, ApiId, 'join');
    await expect(createRoute(served, await createApi(served), 'join')).resolves.toBeTruthy();
  });

  it('points a route to another integration', async () => {
    const RouteId = await createRoute(served, ApiId, 'join', await createIntegration(served, ApiId));
    const Target = `integrations/${await createIntegration(served, ApiId)}`;
    await served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, Target }));
    const route = await served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    expect(route.Target).toBe(Target);
  });

  it('stores Required of a parameter, false by default', async () => {
    const { RequestParameters } = await served.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: '$connect',
        RequestParameters: { [TOKEN]: { Required: true }, 'route.request.header.Origin': {} },
      }),
    );
    expect(RequestParameters).toEqual({
      [TOKEN]: { Required: true },
      'route.request.header.Origin': { Required: false },
    });
  });

  it('adds the parameters of an update to the existing ones', async () => {
    const RouteId = await createRoute(served, ApiId, '$connect');
    for (const name of ['a', 'b']) {
      const RequestParameters = { [`route.request.querystring.${name}`]: { Required: true } };
      await served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RequestParameters }));
    }
    const route = await served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    expect(route.RequestParameters).toEqual({
      'route.request.querystring.a': { Required: true },
      'route.request.querystring.b': { Required: true },
    });
  });

  it('deletes one request parameter', async () => {
    const { RouteId } = await served.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: '$connect',
        RequestParameters: { [TOKEN]: {}, 'route.request.header.Origin': {} },
      }),
    );
    await served.v2.send(
      new DeleteRouteRequestParameterCommand({ ApiId, RouteId, RequestParameterKey: TOKEN }),
    );
    const route = await served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    expect(Object.keys(route.RequestParameters ?? {})).toEqual(['route.request.header.Origin']);
  });

  it.each([TOKEN, 'constructor'])(
    'returns 404 for the deletion of the parameter %s, which is not declared',
    async (RequestParameterKey) => {
      const RouteId = await createRoute(served, ApiId, '$connect');
      const command = new DeleteRouteRequestParameterCommand({
        ApiId,
        RouteId,
        RequestParameterKey,
      });
      await expect(served.v2.send(command)).rejects.toBeInstanceOf(NotFoundException);
    },
  );

  it('unsets the fields that an update sends empty', async () => {
    const { RouteId } = await served.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: 'join',
        OperationName: 'Join',
        ModelSelectionExpression: '$request.body.kind',
        RouteResponseSelectionExpression: '$default',
      }),
    );
    const updated = await served.v2.send(
      new UpdateRouteCommand({
        ApiId,
        RouteId,
        OperationName: '',
        ModelSelectionExpression: '',
        RouteResponseSelectionExpression: '',
      }),
    );
    const { $metadata: _, ...route } = updated;
    expect(route).toEqual({ RouteId, RouteKey: 'join', ApiKeyRequired: false, AuthorizationType: 'NONE' });
  });

  it('does not return a deleted route', async () => {
    const RouteId = await createRoute(served, ApiId, 'join');
    const { $metadata } = await served.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    expect($metadata.httpStatusCode).toBe(204);
    const get = served.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['without a key', { routeKey: undefined }],
    ['with a key of its own that begins with $', { routeKey: '$join' }],
    ['to an integration that does not exist', { target: 'integrations/abc1234' }],
    ['to a target that is not an integration', { target: 'abc1234' }],
    ['with a parameter that is not a source', { requestParameters: { token: {} } }],
    ['with a parameter that needs no declaration', { requestParameters: { 'context.stage': {} } }],
    ['with Required that is a string', { requestParameters: { [TOKEN]: { required: 'yes' } } }],
    ['with another route response selection', { routeResponseSelectionExpression: '$request.body.id' }],
    ['with scopes', { authorizationScopes: ['chat'] }],
    ['with a model that does not exist', { requestModels: { $default: 'Message' } }],
    ['with a model selection that cannot be read', { modelSelectionExpression: '$request.header.x' }],
  ])('refuses a route %s', async (_, flaw) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, {
      routeKey: '$connect',
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('refuses parameters of the handshake on a route other than $connect', async () => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, {
      routeKey: 'join',
      requestParameters: { [TOKEN]: { required: false } },
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('refuses to rename a $connect route that declares parameters', async () => {
    const RouteId = await createRoute(served, ApiId, '$connect');
    await served.v2.send(
      new UpdateRouteCommand({
        ApiId,
        RouteId,
        RequestParameters: { [TOKEN]: { Required: false } },
      }),
    );
    const renamed = served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'join' }));
    await expect(renamed).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('returns 404 for a route of an API that does not exist', async () => {
    const failed = served.v2.send(new CreateRouteCommand({ ApiId: 'nosuchapi0', RouteKey: 'join' }));
    await expect(failed).rejects.toBeInstanceOf(NotFoundException);
  });

  it('refuses the 301st of an API as TooManyRequestsException', async () => {
    for (let index = 0; index < 300; index += 1) {
      await served.send('POST', `/v2/apis/${ApiId}/routes`, { routeKey: `route${index}` });
    }
    const response = await served.send('POST', `/v2/apis/${ApiId}/routes`, { routeKey: 'more' });
    expect(refusal(response)).toEqual({ status: 429, errorType: 'TooManyRequestsException' });
  });
});
