import {
  BadRequestException,
  ConflictException,
  CreateStageCommand,
  DeleteAccessLogSettingsCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  GetStageCommand,
  GetStagesCommand,
  NotFoundException,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, createRoute, refusal, serveControlApiPerTest } from '../serve-control-api.js';

const LOG_GROUP = 'arn:aws:logs:eu-central-1:123456789012:log-group:access';

describe('stages', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const DEV = { StageName: 'dev' };
  const accessLog = () => served.controlPlane.stage(ApiId, 'dev')?.accessLog;

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, CreatedDate, LastUpdatedDate, ...stage } = await served.v2.send(
      new CreateStageCommand({ ApiId, ...DEV }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect([CreatedDate, LastUpdatedDate]).toEqual([expect.any(Date), expect.any(Date)]);
    expect(stage).toEqual({
      StageName: 'dev',
      DefaultRouteSettings: {
        DataTraceEnabled: false,
        DetailedMetricsEnabled: false,
        LoggingLevel: 'OFF',
      },
      RouteSettings: {},
      StageVariables: {},
      Tags: {},
    });
  });

  it('serves nothing before a deployment', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    expect(served.controlPlane.stage(ApiId, 'dev')).toMatchObject({ snapshot: undefined });
  });

  it('returns 409 for a name that the API already has', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    const again = served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    await expect(again).rejects.toBeInstanceOf(ConflictException);
  });

  it('returns 404 for a deployment that does not exist', async () => {
    const stage = served.v2.send(new CreateStageCommand({ ApiId, ...DEV, DeploymentId: 'abc123' }));
    await expect(stage).rejects.toBeInstanceOf(NotFoundException);
  });

  it('lists the stages', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, StageName: 'prod' }));
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    const { Items = [] } = await served.v2.send(new GetStagesCommand({ ApiId }));
    expect(Items.map(({ StageName }) => StageName)).toEqual(['dev', 'prod']);
  });

  it('passes its variables to the data plane at once, without a deployment', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, StageVariables: { host: 'a.example' } }));
    await served.v2.send(new UpdateStageCommand({ ApiId, ...DEV, StageVariables: { host: 'b.example' } }));
    expect(served.controlPlane.stage(ApiId, 'dev')?.stageVariables).toEqual({ host: 'b.example' });
  });

  it('counts the variables of an update together with the existing ones', async () => {
    const variables = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${from + index}`, 'x']));
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, StageVariables: variables(0, 99) }));
    const update = async (StageVariables: Record<string, string>) =>
      served.v2.send(new UpdateStageCommand({ ApiId, ...DEV, StageVariables }));
    await expect(update(variables(99, 2))).rejects.toBeInstanceOf(BadRequestException);
    await update(variables(99, 1));
  });

  it('keeps the variables that an update does not name and removes the empty ones', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, StageVariables: { a: '1', b: '2' } }));
    const { StageVariables } = await served.v2.send(
      new UpdateStageCommand({ ApiId, ...DEV, StageVariables: { b: '', c: '3' } }),
    );
    expect(StageVariables).toEqual({ a: '1', c: '3' });
  });

  it('keeps the default settings that an update does not name', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    const { DefaultRouteSettings } = await served.v2.send(
      new UpdateStageCommand({ ApiId, ...DEV, DefaultRouteSettings: { ThrottlingRateLimit: 0.5 } }),
    );
    expect(DefaultRouteSettings).toMatchObject({ LoggingLevel: 'OFF', ThrottlingRateLimit: 0.5 });
  });

  it('stores settings by route key, with the key unmodified', async () => {
    await createRoute(served, ApiId, 'JoinRoom');
    const RouteSettings = { JoinRoom: { LoggingLevel: 'INFO' as const } };
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, RouteSettings }));
    const stage = await served.v2.send(new GetStageCommand({ ApiId, ...DEV }));
    expect(stage.RouteSettings).toEqual(RouteSettings);
  });

  it('returns 404 for settings of a route key that does not exist', async () => {
    const RouteSettings = { join: { LoggingLevel: 'INFO' as const } };
    const stage = served.v2.send(new CreateStageCommand({ ApiId, ...DEV, RouteSettings }));
    await expect(stage).rejects.toBeInstanceOf(NotFoundException);
  });

  it('passes the settings of a route, which override the default ones, to the data plane', async () => {
    await createRoute(served, ApiId, 'join');
    await served.v2.send(
      new CreateStageCommand({
        ApiId,
        ...DEV,
        DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 },
        RouteSettings: { join: { ThrottlingRateLimit: 1 } },
      }),
    );
    const stage = served.controlPlane.stage(ApiId, 'dev');
    expect([stage?.routeSettings('join'), stage?.routeSettings('constructor')]).toMatchObject([
      { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 50 },
      { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 },
    ]);
  });

  it('deletes the settings of one route key', async () => {
    await createRoute(served, ApiId, 'join');
    const RouteSettings = { join: { LoggingLevel: 'INFO' as const } };
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, RouteSettings }));
    await served.v2.send(new DeleteRouteSettingsCommand({ ApiId, ...DEV, RouteKey: 'join' }));
    const stage = await served.v2.send(new GetStageCommand({ ApiId, ...DEV }));
    expect(stage.RouteSettings).toEqual({});
  });

  it('returns 404 for the deletion of settings that do not exist', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    const deletion = served.v2.send(
      new DeleteRouteSettingsCommand({ ApiId, ...DEV, RouteKey: 'constructor' }),
    );
    await expect(deletion).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each(['$context.requestId', '{"id":"$context.extendedRequestId"}'])(
    'passes the access log format %s to the data plane',
    async (Format) => {
      const AccessLogSettings = { DestinationArn: LOG_GROUP, Format };
      await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, AccessLogSettings }));
      expect(accessLog()).toEqual({ format: Format });
    },
  );

  it('changes the format of the access log and keeps its destination', async () => {
    const AccessLogSettings = { DestinationArn: LOG_GROUP, Format: '$context.requestId' };
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, AccessLogSettings }));
    const updated = await served.v2.send(
      new UpdateStageCommand({ ApiId, ...DEV, AccessLogSettings: { Format: '$context.requestId x' } }),
    );
    expect(updated.AccessLogSettings).toEqual({ DestinationArn: LOG_GROUP, Format: '$context.requestId x' });
  });

  it('does not log once the access log settings are deleted', async () => {
    const AccessLogSettings = { DestinationArn: LOG_GROUP, Format: '$context.requestId' };
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, AccessLogSettings }));
    await served.v2.send(new DeleteAccessLogSettingsCommand({ ApiId, ...DEV }));
    expect(accessLog()).toBeUndefined();
  });

  it('stores the client certificate', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV, ClientCertificateId: 'a1b2c3' }));
    const stage = await served.v2.send(new GetStageCommand({ ApiId, ...DEV }));
    expect(stage.ClientCertificateId).toBe('a1b2c3');
  });

  it('does not serve a deleted stage', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, ...DEV }));
    await served.v2.send(new DeleteStageCommand({ ApiId, ...DEV }));
    const get = served.v2.send(new GetStageCommand({ ApiId, ...DEV }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['without a name', { stageName: undefined }],
    ['named $default', { stageName: '$default' }],
    ['with a space in its name', { stageName: 'my stage' }],
    ['with a name of 129 characters', { stageName: 'x'.repeat(129) }],
    ['with a variable whose name has a hyphen', { stageVariables: { 'a-b': 'c' } }],
    ['with a variable whose value has a space', { stageVariables: { a: 'b c' } }],
    ['with an empty variable', { stageVariables: { a: '' } }],
    ['with a variable of 2049 characters', { stageVariables: { a: 'x'.repeat(2049) } }],
    ['with an unknown logging level', { defaultRouteSettings: { loggingLevel: 'DEBUG' } }],
    ['with a negative rate', { defaultRouteSettings: { throttlingRateLimit: -1 } }],
    ['with access logs that go nowhere', { accessLogSettings: { format: '$context.requestId' } }],
    ['with access logs without a format', { accessLogSettings: { destinationArn: LOG_GROUP } }],
    [
      'with access logs that name no request',
      {
        accessLogSettings: {
          destinationArn: LOG_GROUP,
          format: '$context.routeKey $context.requestIdentity',
        },
      },
    ],
  ])('refuses a stage %s', async (_, flaw) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/stages`, {
      stageName: 'dev',
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});
