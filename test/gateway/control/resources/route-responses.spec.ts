import {
  ConflictException,
  CreateRouteResponseCommand,
  DeleteRouteCommand,
  DeleteRouteResponseCommand,
  GetRouteResponseCommand,
  GetRouteResponsesCommand,
  NotFoundException,
  UpdateRouteResponseCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, createRoute, refusal, serveControlApiPerTest } from '../serve-control-api.js';

describe('route responses', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  let RouteId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
    RouteId = await createRoute(served, ApiId, 'join');
  });

  const create = () =>
    served.v2.send(new CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: '$default' }));
  const isTwoWay = async () => {
    await served.send('DELETE', `/v2/apis/${ApiId}/stages/auto`);
    await served.send('POST', `/v2/apis/${ApiId}/stages`, { stageName: 'auto', autoDeploy: true });
    return served.controlPlane.stage(ApiId, 'auto')?.snapshot?.routes.get('join')?.isTwoWay;
  };

  it('returns 201 and its key for a creation', async () => {
    const { $metadata, RouteResponseId, ...response } = await create();
    expect($metadata.httpStatusCode).toBe(201);
    expect(RouteResponseId).toMatch(/^[a-z0-9]{6}$/);
    expect(response).toEqual({ RouteResponseKey: '$default' });
  });

  it('makes its route two-way', async () => {
    expect(await isTwoWay()).toBe(false);
    await create();
    expect(await isTwoWay()).toBe(true);
  });

  it('leaves its route one-way once it is deleted', async () => {
    const { RouteResponseId } = await create();
    await served.v2.send(new DeleteRouteResponseCommand({ ApiId, RouteId, RouteResponseId }));
    expect(await isTwoWay()).toBe(false);
    const get = served.v2.send(new GetRouteResponseCommand({ ApiId, RouteId, RouteResponseId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it('is limited to one for each route', async () => {
    await create();
    await expect(create()).rejects.toBeInstanceOf(ConflictException);
    const { Items } = await served.v2.send(new GetRouteResponsesCommand({ ApiId, RouteId }));
    expect(Items).toHaveLength(1);
  });

  it('stores the parameters that it declares', async () => {
    const { RouteResponseId } = await create();
    const header = 'route.response.header.Sec-WebSocket-Protocol';
    await served.v2.send(
      new UpdateRouteResponseCommand({
        ApiId,
        RouteId,
        RouteResponseId,
        ResponseParameters: { [header]: {} },
      }),
    );
    const response = await served.v2.send(new GetRouteResponseCommand({ ApiId, RouteId, RouteResponseId }));
    expect(response.ResponseParameters).toEqual({ [header]: { Required: false } });
  });

  it('is deleted with its route', async () => {
    await create();
    await served.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    expect(served.controlPlane.webSocketApi(ApiId)?.routeResponses.size).toBe(0);
  });

  it.each([
    ['without a key', { routeResponseKey: undefined }],
    ['with another key', { routeResponseKey: '/200/' }],
    ['with a model that does not exist', { responseModels: { $default: 'Answer' } }],
    ['with a parameter that is not a header', { responseParameters: { 'route.response.body': {} } }],
  ])('refuses one %s', async (_, flaw) => {
    const path = `/v2/apis/${ApiId}/routes/${RouteId}/routeresponses`;
    const response = await served.send('POST', path, { routeResponseKey: '$default', ...flaw });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});
