import { type IncomingMessage } from 'node:http';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  Body,
  type CallHandler,
  Catch,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  Post,
  type Type,
  VersioningType,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import {
  BackchannelModule,
  type BackchannelOptions,
  Caller,
  Channels,
  ConfigError,
  ConnectionId,
  Connections,
  FASTIFY_OPTIONS,
  fromEnvironment,
  Message,
  OnMessage,
  Permissions,
  type PermittedAction,
  RawMessage,
} from '../../../src/nest/index.js';
import { ConnectionsEndpoint } from '../../support/connections-endpoint.js';
import { startTeamApp } from '../../support/team-app.js';

const WS_API_ENDPOINT = 'http://127.0.0.1:9/dev';

@Controller('orders')
class OrdersController {
  @Get()
  list() {
    return ['one'];
  }

  @Post()
  create(@Body() body: unknown) {
    return { body };
  }

  @Get('slow')
  @Header('Content-Type', 'text/plain')
  async slow() {
    await SLOW.promise;
    return 'done';
  }
}

let SLOW = Promise.withResolvers<void>();

@Injectable()
class Chat {
  constructor(private readonly connections: Connections) {}

  @OnMessage('whisper')
  async whisper(@Message() { to, text }: { to: string; text: string }, @Caller() caller: Caller) {
    return {
      type: 'whispered',
      outcome: await this.connections.post(to, { text, from: caller.connectionId }),
    };
  }

  @OnMessage()
  other(@RawMessage() text: string, @ConnectionId() id: ConnectionId) {
    return { type: 'other', text, id };
  }
}

/** Everything that an application can bind globally; it notes what it sees. */
function globals(seen: string[]) {
  const note = (context: ExecutionContext) =>
    seen.push(`${context.getClass().name}.${context.getHandler().name}`);
  @Catch()
  class TeamFilter {
    catch(error: Error) {
      seen.push(`caught ${error.message}`);
      throw error;
    }
  }
  return [
    { provide: APP_GUARD, useValue: { canActivate: (context: ExecutionContext) => (note(context), false) } },
    {
      provide: APP_INTERCEPTOR,
      useValue: {
        intercept: (context: ExecutionContext, next: CallHandler) => (note(context), next.handle()),
      },
    },
    { provide: APP_PIPE, useValue: { transform: (value: unknown) => (seen.push('piped'), value) } },
    { provide: APP_FILTER, useClass: TeamFilter },
  ];
}

it('serves its routes below the path, whatever the application has bound globally', async () => {
  const seen: string[] = [];
  const paths: unknown[] = [];
  await using team = await startTeamApp({
    controllers: [OrdersController],
    providers: [Chat, ...globals(seen)],
    options: { backendApi: { keys: [{ name: 'billing', key: 'k'.repeat(32) }] } },
    prepare(app) {
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      app.use(
        (request: IncomingMessage, _response: unknown, next: () => void) => (paths.push(request.url), next()),
      );
    },
  });
  expect((await team.post('/ws/connect', 'alice=')).status).toBe(200);
  expect(await team.send('alice=', { action: 'join', channel: 'news', id: 1 })).toBe(200);
  expect(team.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'joined', id: 1 }]);
  expect((await team.post('/ws/nothing', 'alice=', '{}')).status).toBe(404);
  const headers = { Authorization: `Bearer ${'k'.repeat(32)}` };
  const published = await team.post('/ws/v1/channels/news/messages', 'x', '{"data":1.0}', headers);
  expect(published.status).toBe(200);
  expect(team.endpoint.posts.at(-1)?.data).toContain('"data":1.0');
  for (const path of ['/ws/health/ready', '/ws/metrics', '/ws/v1/openapi.json'])
    expect([path, (await fetch(team.url + path)).status]).toEqual([path, 200]);
  expect(await (await fetch(`${team.url}/ws/v1/openapi.json`)).json()).toHaveProperty(
    'paths./ws/v1/channels/{channel}/messages',
  );
  expect((await team.post('/ws/disconnect', 'alice=')).status).toBe(200);
  expect(seen.filter((each) => !each.startsWith('caught Cannot POST'))).toEqual([]);
  expect((await fetch(`${team.url}/api/v1/orders`)).status).toBe(403);
  expect(seen).toContain('OrdersController.list');
  expect(paths.slice(0, 2)).toEqual(['/ws/connect', '/ws/message']);
});

it('passes on a frame that is not JSON, and leaves the body parsers of the application as they are', async () => {
  await using team = await startTeamApp({
    controllers: [OrdersController],
    providers: [Chat],
    prepare: (app) =>
      app.useBodyParser('application/json', { bodyLimit: 100 }, (_request, body, done) =>
        done(null, { parsedByTeam: String(body) }),
      ),
  });
  await team.post('/ws/connect', 'alice=');
  const frame = `not JSON, ${'x'.repeat(1000)}`;
  expect((await team.post('/ws/message', 'alice=', frame)).status).toBe(200);
  expect(team.endpoint.messagesTo('alice=')).toEqual([{ type: 'other', text: frame, id: 'alice=' }]);
  const order = await team.post('/orders', 'alice=', '{"n":1}');
  expect(await order.json()).toEqual({ body: { parsedByTeam: '{"n":1}' } });
  expect((await team.post('/orders', 'alice=', `"${'x'.repeat(100)}"`)).status).toBe(413);
});

it('sends to other connections from a handler, and says which is gone', async () => {
  await using team = await startTeamApp({ providers: [Chat] });
  for (const id of ['alice=', 'bob=']) await team.post('/ws/connect', id);
  await team.send('alice=', { action: 'whisper', to: 'bob=', text: 'psst' });
  expect(team.endpoint.messagesTo('bob=')).toEqual([{ text: 'psst', from: 'alice=' }]);
  expect(team.endpoint.messagesTo('alice=')).toEqual([{ type: 'whispered', outcome: 'delivered' }]);
});

it('publishes to channels, and reads their members and their log', async () => {
  await using team = await startTeamApp();
  await team.post('/ws/connect', 'alice=');
  await team.send('alice=', { action: 'join', channel: 'news' });
  const channels = team.app.get(Channels);
  const first = await channels.publish('news', { n: 1 }, { key: 'one' });
  expect(await channels.publish('news', { n: 1 }, { key: 'one' })).toEqual({ ...first, isRepeat: true });
  const client = { connectionId: 'alice=' as ConnectionId };
  await channels.publish('news', 'hello', { as: client });
  expect(team.endpoint.messagesTo('alice=')).toMatchObject([
    { type: 'joined' },
    { type: 'message', data: { n: 1 } },
    { type: 'message', data: { n: 1 }, offset: 1 },
    { type: 'message', data: 'hello', from: 'alice=', offset: 2 },
  ]);
  expect(await channels.presence('news')).toMatchObject({ count: 1, members: [{ connectionId: 'alice=' }] });
  expect(await channels.history('news', { since: first })).toMatchObject({
    offset: 2,
    recovered: true,
    messages: [{ offset: 2, data: 'hello', from: 'alice=' }],
  });
  await channels.leave('news', client);
  expect(await channels.isMember('news', 'alice=')).toBe(false);
  await expect(channels.publish('news', 1, { as: client })).rejects.toMatchObject({ code: 'not_joined' });
  await expect(channels.publish('no name', 1)).rejects.toMatchObject({ code: 'bad_message' });
});

it('asks permission rules that inject a service of the application', async () => {
  @Injectable()
  class Teams {
    readonly closed = ['secret'];
  }
  @Module({ providers: [Teams], exports: [Teams] })
  class TeamsModule {}
  @Injectable()
  class Rules extends Permissions {
    constructor(private readonly teams: Teams) {
      super();
    }
    permits(_action: PermittedAction, channel: string) {
      return this.teams.closed.includes(channel) ? 'not_permitted' : 'allowed';
    }
  }
  await using team = await startTeamApp({ options: { imports: [TeamsModule], permissions: Rules } });
  await team.post('/ws/connect', 'alice=');
  for (const channel of ['secret', 'open']) await team.send('alice=', { action: 'join', channel });
  expect(team.endpoint.messagesTo('alice=')).toMatchObject([{ code: 'not_permitted' }, { type: 'joined' }]);
});

it('takes options from a factory, with what the application injects into it', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  @Injectable()
  class Settings {
    readonly endpoint = endpoint.url;
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}
  @Module({
    imports: [
      BackchannelModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        features: { channels: false },
        useFactory: async (settings: Settings) => ({ wsApiEndpoint: settings.endpoint, logLevel: 'silent' }),
      }),
    ],
  })
  class AppModule {}
  // a program without a server can send, too
  const context = await NestFactory.createApplicationContext(AppModule, { logger: false });
  onTestFinished(() => context.close());
  expect(await context.get(Connections).post('alice=', { text: 'hello' })).toBe('delivered');
  expect(endpoint.messagesTo('alice=')).toEqual([{ text: 'hello' }]);
});

async function problemsOf(module: Type | DynamicModule): Promise<readonly string[]> {
  try {
    await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

it('does not start with wrong options, and names them all', async () => {
  const options = {
    wsApiEndpoint: 'nowhere',
    gatewaySecret: 'short',
    store: { kind: 'redis', urll: 'redis://localhost' },
    channels: { historySeconds: '60', historyOff: ['a b'] },
    features: { chanels: false },
    path: 'ws/',
    pathh: '/ws',
  };
  const problems = await problemsOf(BackchannelModule.forRoot(options as never));
  expect(new Set(problems.map((problem) => problem.split(/[ =:]/)[0]))).toEqual(
    new Set([
      'channels.historyOff',
      'channels.historySeconds',
      'features.chanels',
      'gatewaySecret',
      'path',
      'pathh',
      'store.url',
      'store.urll',
      'wsApiEndpoint',
    ]),
  );
  expect(problems.join('\n')).not.toMatch(/[A-Z]{3,}_|short/);
  expect(problems).toContain('store.urll is not an option: did you mean store.url?');
});

it('has a type that refuses an unknown option', async () => {
  // @ts-expect-error -- it is `store.url`
  const options: BackchannelOptions = { wsApiEndpoint: WS_API_ENDPOINT, store: { kind: 'redis', uri: 'r' } };
  expect(await problemsOf(BackchannelModule.forRoot(options))).toHaveLength(2);
});

it('names the option when the store cannot be opened', async () => {
  const store = { kind: 'redis', url: 'redis://127.0.0.1:1', timeoutMs: 50 } as const;
  const options = { wsApiEndpoint: WS_API_ENDPOINT, store, logLevel: 'silent' } as const;
  const [problem] = await problemsOf(BackchannelModule.forRoot(options));
  expect(problem).toMatch(/^store\.url=redis:\/\/127\.0\.0\.1:1/);
});

it('stores nothing without channels, and has only the messages of the application', async () => {
  await using team = await startTeamApp({
    providers: [Chat],
    options: { features: { channels: false }, store: undefined },
  });
  expect((await team.post('/ws/connect', 'alice=')).status).toBe(200);
  await team.send('alice=', { action: 'join', channel: 'news' });
  expect(team.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'other' }]);
  expect(readdirSync(team.dataDir)).toEqual([]);
  expect(existsSync(join(process.cwd(), '.data'))).toBe(false);
  expect((await fetch(`${team.url}/ws/health/ready`)).status).toBe(200);
  expect((await team.post('/ws/disconnect', 'alice=')).status).toBe(200);
});

it('names the provider that injects channels where there are none', async () => {
  @Injectable()
  class News {
    constructor(@Inject(Channels) readonly channels: Channels) {}
  }
  const options = {
    wsApiEndpoint: WS_API_ENDPOINT,
    features: { channels: false },
    logLevel: 'silent',
  } as const;
  @Module({ imports: [BackchannelModule.forRoot(options)], providers: [News] })
  class AppModule {}
  expect(await problemsOf(AppModule)).toEqual([expect.stringMatching(/^News injects Channels/)]);
});

it.each([
  [{ channels: { historySeconds: 60 } }, 'channels'],
  [{ features: { channels: false, backendApi: true } }, 'features.backendApi'],
  [{ authentication: { kind: 'authorizer' } }, 'store'],
] as const)('refuses without channels what needs them: %o', async (given, name) => {
  const options = { wsApiEndpoint: WS_API_ENDPOINT, features: { channels: false }, ...given };
  expect(await problemsOf(BackchannelModule.forRoot(options))).toEqual([
    expect.stringMatching(`^${name}\\b`),
  ]);
});

it('accepts, without a secret, only requests of this machine', async () => {
  await using team = await startTeamApp();
  const request = { method: 'POST', url: '/ws/connect', headers: { ConnectionId: 'alice=' } } as const;
  const from = async (remoteAddress: string) =>
    (await team.app.inject({ ...request, remoteAddress })).statusCode;
  expect(await from('10.0.0.7')).toBe(403);
  expect(await from('::ffff:127.0.0.1')).toBe(200);
});

it('takes the options of the environment', () => {
  const environment = {
    WS_API_ENDPOINT,
    STORE: 'redis',
    REDIS_URL: 'redis://r',
    HISTORY_OFF: 'a:,b:',
    PORT: '80',
    DATA_DIR: 'd',
  };
  expect(fromEnvironment(environment)).toEqual({
    wsApiEndpoint: WS_API_ENDPOINT,
    store: { kind: 'redis', url: 'redis://r' },
    channels: { historyOff: ['a:', 'b:'] },
  });
  expect(() => fromEnvironment({ STORE: 'redis' })).toThrow(/WS_API_ENDPOINT.*\n.*REDIS_URL/);
});

it('closes after the responses of the application, too', async () => {
  SLOW = Promise.withResolvers<void>();
  await using team = await startTeamApp({ controllers: [OrdersController] });
  await team.post('/ws/connect', 'alice=');
  const slow = fetch(`${team.url}/orders/slow`);
  await new Promise<void>((resolve) => team.app.getHttpServer().once('request', () => resolve()));
  const closed = team.app.close();
  SLOW.resolve();
  expect(await (await slow).text()).toBe('done');
  await closed;
});

it('warns of a server that closes the connections of the load balancer too early', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const options = {
    wsApiEndpoint: 'https://chat.example/prod',
    features: { channels: false },
    logger,
  } as const;
  const create = async (adapter: FastifyAdapter) => {
    const app = await NestFactory.create(BackchannelModule.forRoot(options), adapter, { logger: false });
    onTestFinished(() => app.close());
    await app.init();
  };
  await create(new FastifyAdapter(FASTIFY_OPTIONS));
  expect(lines).toEqual([]);
  await create(new FastifyAdapter());
  expect(lines).toEqual([expect.stringContaining('FASTIFY_OPTIONS')]);
});
