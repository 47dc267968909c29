import {
  CreateStageCommand,
  GetStageCommand,
  UpdateIntegrationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { ApiUnderTest, errorOf, startBackend } from './api-under-test.js';
import { isAws, isOwnStandIn } from './target.js';

describe('§11 a deployment', () => {
  it('is a snapshot: a change has no effect before the next one, which open connections use too [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: `${backend.publicUrl}/old` } },
    });
    using client = await api.open();
    await api.control.send(
      new UpdateIntegrationCommand({
        ApiId: api.apiId,
        IntegrationId: api.integrationIds.get('$default'),
        IntegrationUri: `${backend.publicUrl}/new`,
      }),
    );
    client.send('before');
    expect((await backend.next()).url).toBe('/old');
    await api.deploy();
    client.send('after');
    expect((await backend.next()).url).toBe('/new');
  });

  it('brings a new route to connections that are open [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({ $connect: {} });
    using client = await api.open();
    client.send('before');
    expect(await client.next()).toMatchObject({ message: 'Forbidden' });
    await api.createRoute('$default', { integration: { IntegrationUri: backend.publicUrl } });
    await api.deploy();
    client.send('after');
    expect((await backend.next()).body).toBe('after');
  });

  it('brings a new route response to connections that are open [observed]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    backend.answer = () => ({ status: 200, body: 'response' });
    using client = await api.open();
    await api.createRouteResponse('$default');
    await api.deploy();
    client.send('hello');
    expect(await client.nextText()).toBe('response');
  });
});

describe('§11 a stage', () => {
  it('with AutoDeploy is deployed to by every change [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(
      { $connect: {} },
      { stage: { AutoDeploy: true, DeploymentId: undefined } },
    );
    await api.createRoute('$default', { integration: { IntegrationUri: backend.publicUrl } });
    using client = await api.open();
    client.send('hello');
    expect((await backend.next()).body).toBe('hello');
  });

  it('takes new variables without a deployment [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(
      { $default: { integration: { IntegrationUri: `${backend.publicUrl}/\${stageVariables.path}` } } },
      { stage: { StageVariables: { path: 'old' } } },
    );
    using client = await api.open();
    await api.control.send(
      new UpdateStageCommand({
        ApiId: api.apiId,
        StageName: api.target.stage,
        StageVariables: { path: 'new' },
      }),
    );
    await expect
      .poll(async () => {
        client.send('hello');
        return (await backend.next()).url;
      })
      .toBe('/new');
  });

  it('merges new variables with those that it has: C12 [observed]', async () => {
    await using api = await ApiUnderTest.deployed(
      { $connect: {} },
      { stage: { StageVariables: { a: '1', b: '2' } } },
    );
    const { StageVariables } = await api.control.send(
      new UpdateStageCommand({
        ApiId: api.apiId,
        StageName: api.target.stage,
        StageVariables: { b: '3', c: '4' },
      }),
    );
    expect(StageVariables).toEqual({ a: '1', b: '3', c: '4' });
  });

  it('traces no data by default [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $connect: {} });
    const { DefaultRouteSettings } = await api.control.send(
      new GetStageCommand({ ApiId: api.apiId, StageName: api.target.stage }),
    );
    expect(DefaultRouteSettings).toMatchObject({ DataTraceEnabled: false });
  });

  it('has settings by route key: throttling, metrics, logging level and data trace [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    const settings = {
      ThrottlingBurstLimit: 10,
      ThrottlingRateLimit: 5,
      DetailedMetricsEnabled: true,
      LoggingLevel: 'OFF',
      DataTraceEnabled: false,
    } as const;
    const { RouteSettings } = await api.control.send(
      new UpdateStageCommand({
        ApiId: api.apiId,
        StageName: api.target.stage,
        RouteSettings: { $default: settings },
      }),
    );
    expect(RouteSettings).toEqual({ $default: settings });
  });

  // AWS applies throttles as well as it can, and promises no number
  it.runIf(isOwnStandIn)(
    '(stand-in only: AWS throttles by best effort) lets no more messages of a route through than its settings say [documented]',
    async () => {
      await using backend = await startBackend();
      const integration = { IntegrationUri: backend.publicUrl };
      await using api = await ApiUnderTest.deployed({ $default: { integration }, other: { integration } });
      await api.control.send(
        new UpdateStageCommand({
          ApiId: api.apiId,
          StageName: api.target.stage,
          RouteSettings: { $default: { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 0.001 } },
        }),
      );
      using client = await api.open();
      client.send('first');
      expect((await backend.next()).body).toBe('first');
      client.send('second');
      // in which words is not known
      expect(await client.next()).toHaveProperty('message');
      client.send('{"action":"other"}');
      expect((await backend.next()).body).toBe('{"action":"other"}');
    },
  );

  const create = async (stage: { StageName?: string; [name: string]: unknown }) => {
    await using api = await ApiUnderTest.create();
    return await api.control.send(new CreateStageCommand({ ApiId: api.apiId, StageName: 'dev', ...stage }));
  };

  it.each(['Dev-1_a', 'x'.repeat(128)])('may be called %s [documented]', async (StageName) => {
    expect((await create({ StageName })).StageName).toBe(StageName);
  });

  it.each(['a b', 'a.b', 'ü', '$default', 'x'.repeat(129)])(
    'may not be called %j [documented]',
    async (StageName) => {
      expect(await errorOf(create({ StageName }))).toEqual(['BadRequestException', 400]);
    },
  );

  it('has variables whose values are of A-Za-z0-9-._~:/?#&=, [documented]', async () => {
    const StageVariables = { name_1: 'aZ09-._~:/?#&=,' };
    expect((await create({ StageVariables })).StageVariables).toEqual(StageVariables);
    expect(await errorOf(create({ StageVariables: { name: 'a b' } }))).toEqual(['BadRequestException', 400]);
    expect(await errorOf(create({ StageVariables: { 'a-b': 'x' } }))).toEqual(['BadRequestException', 400]);
  });

  it('may have the logging levels ERROR, INFO and OFF, and no other [documented]', async () => {
    const DefaultRouteSettings = { LoggingLevel: 'DEBUG' };
    expect(await errorOf(create({ DefaultRouteSettings }))).toEqual(['BadRequestException', 400]);
    expect(
      (await create({ DefaultRouteSettings: { LoggingLevel: 'OFF' } })).DefaultRouteSettings,
    ).toMatchObject({ LoggingLevel: 'OFF' });
  });

  it('§9 has at most 100 variables, with names of at most 64 characters [documented]', async () => {
    const variables = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, 'x']));
    expect((await create({ StageVariables: variables(100) })).StageVariables).toHaveProperty('name99');
    for (const StageVariables of [variables(101), { ['x'.repeat(65)]: 'x' }]) {
      // with which error is not known
      await expect(create({ StageVariables })).rejects.toHaveProperty('$fault', 'client');
    }
  });

  it('can be created without a deployment: C12 [observed]', async () => {
    expect(await create({})).not.toHaveProperty('DeploymentId');
  });

  // on AWS it needs a log group
  it.skipIf(isAws)(
    '(stand-in only: without a log group) has an access-log format of at most 3 KB: C2 [documented]',
    async () => {
      const DestinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:conformance';
      const createWith = async (characters: number) => {
        const Format = '$context.requestId '.padEnd(characters, 'x');
        return create({ AccessLogSettings: { DestinationArn, Format } });
      };
      expect((await createWith(3_072)).AccessLogSettings?.Format).toHaveLength(3_072);
      expect(await errorOf(createWith(3_073))).toEqual(['BadRequestException', 400]);
    },
  );

  it('logs accesses only in a format with $context.requestId [documented]', async () => {
    const DestinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:conformance';
    const created = create({ AccessLogSettings: { DestinationArn, Format: '$context.routeKey' } });
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });
});
