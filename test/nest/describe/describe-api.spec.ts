import { once } from 'node:events';
import { createServer } from 'node:net';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startGateway } from '../../../src/gateway/index.js';
import { lint } from '../../../src/gateway/cloudformation/lint/lint.js';
import { BackchannelModule, describeApi, Message, OnMessage } from '../../../src/nest/index.js';
import { startService } from '../../support/service-app.js';

const Roll = z.strictObject({ sides: z.int() });
const Rolled = z.object({ type: z.literal('rolled'), value: z.int() });

/** Cannot be created, like a service whose database is not there. */
@Injectable()
class Dice implements OnModuleInit {
  constructor() {
    throw new Error('an instance was created');
  }

  onModuleInit(): void {
    throw new Error('a hook was called');
  }

  @OnMessage('roll', { schema: Roll, reply: Rolled })
  roll(@Message() { sides }: z.output<typeof Roll>): z.output<typeof Rolled> {
    return { type: 'rolled', value: sides };
  }

  @OnMessage()
  other() {
    return undefined;
  }
}

@Module({
  providers: [
    Dice,
    {
      provide: 'SETTINGS',
      useFactory: () => {
        throw new Error('a factory was called');
      },
    },
  ],
})
class DiceModule {}

@Module({ imports: [BackchannelModule.forRootAsync({ useFactory: fail }), DiceModule] })
class WithChannels {}

@Module({
  imports: [BackchannelModule.forRootAsync({ features: { channels: false }, useFactory: fail }), DiceModule],
})
class WithoutChannels {}

function fail(): never {
  throw new Error('the options were read');
}

it('finds the actions in all modules, and creates, calls and opens nothing', async () => {
  const { actions, handlesOtherMessages } = await describeApi(WithChannels);
  expect(actions.toSorted()).toEqual(['join', 'leave', 'ping', 'presence', 'publish', 'roll']);
  expect(handlesOtherMessages).toBe(true);
  expect((await describeApi(WithoutChannels)).actions).toEqual(['roll']);
});

it('refuses two handlers for one action, as the start of the application does', async () => {
  @Injectable()
  class Another {
    @OnMessage('roll')
    again() {
      return {};
    }
  }
  @Module({ imports: [DiceModule], providers: [Another] })
  class Both {}
  await expect(describeApi(Both)).rejects.toThrow(
    /Dice\.roll.*both handle the action roll|Another\.again.*roll/,
  );
});

it.each(['ws', '/ws/', 'http://host/ws'])('refuses a path that is none: %s', async (path) => {
  await expect(describeApi(DiceModule, { path })).rejects.toThrow(`path is '${path}': expected`);
});

it('has the routes below the path of the application, with what they map', async () => {
  const description = await describeApi(DiceModule, {
    path: '/ws',
    replies: 'response',
    connectHeaders: { Tenant: 'route.request.querystring.tenant', Stage: 'context.stage' },
  });
  const { Routes } = description.webSocketApi({
    serviceUrl: 'http://nlb.example:81',
    vpcLinkId: 'link01',
    gatewaySecret: 'secret',
  });
  const [connect, , other] = Routes;
  expect(Routes.map(({ Integration }) => Integration.IntegrationUri)).toEqual([
    'http://nlb.example:81/ws/connect',
    'http://nlb.example:81/ws/disconnect',
    'http://nlb.example:81/ws/message',
  ]);
  expect(connect).toMatchObject({
    RequestParameters: {
      'route.request.querystring.token': { Required: false },
      'route.request.querystring.tenant': { Required: false },
    },
    Integration: {
      RequestParameters: {
        'integration.request.header.Tenant': 'route.request.querystring.tenant',
        'integration.request.header.Stage': 'context.stage',
        'integration.request.header.GatewaySecret': "'secret'",
      },
    },
  });
  expect(connect?.RequestParameters).not.toHaveProperty(['context.stage']);
  expect(other).toMatchObject({ RouteKey: '$default', RouteResponse: { RouteResponseKey: '$default' } });
});

it('has a template that gateway lint accepts, also with replies in the response', async () => {
  for (const replies of ['callback', 'response'] as const) {
    const template = (await describeApi(DiceModule, { replies })).template();
    const found = lint(JSON.stringify(template), { fileName: 'template.json' });
    expect(found.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  }
});

it('starts a gateway in front of the application, which gets what the decorators need', async () => {
  @Module({ imports: [BackchannelModule.forRootAsync({ useFactory: fail }), WorkingModule] })
  class Application {}
  const description = await describeApi(Application);
  const port = await freePort();
  await using gateway = await startGateway({
    template: description.template({ gatewaySecret: 'the-secret-of-the-gateway-in-tests' }),
    targets: { service: `127.0.0.1:${port}` },
  });
  await using service = await startService(
    {
      PORT: String(port),
      WS_API_ENDPOINT: gateway.managementEndpoint('dev'),
      GATEWAY_SECRET: 'the-secret-of-the-gateway-in-tests',
    },
    { imports: [WorkingModule] },
  );
  const client = new WebSocket(gateway.webSocketUrl('dev'));
  await once(client, 'open');
  const received = once(client, 'message');
  client.send('{"action":"double","id":7,"number":21}');
  const [{ data }] = (await received) as [{ readonly data: string }];
  expect(JSON.parse(data)).toEqual({ type: 'doubled', id: 7, number: 42 });
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
  client.close();
});

const Double = z.strictObject({ number: z.number() });

@Injectable()
class Doubler {
  @OnMessage('double', { schema: Double })
  double(@Message() { number }: z.output<typeof Double>) {
    return { type: 'doubled', number: 2 * number };
  }
}

@Module({ providers: [Doubler] })
class WorkingModule {}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
