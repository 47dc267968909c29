import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

/**
 * What a team writes: an action of its own, a rule, and its application with a global guard; it prints what it gets for
 * requests, and why it does not start on express and without a package.
 */
const APPLICATION = `
import { randomInt } from 'node:crypto';
import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  BackchannelModule, type BackchannelOptions, Caller, type ChannelName, ChannelNameSchema, Channels, FASTIFY_OPTIONS, Message,
  OnMessage, PrefixPermissions,
} from 'backchannel-nest';
import { z } from 'zod';

const Roll = z.strictObject({ channel: ChannelNameSchema });

@Injectable()
class Dice {
  constructor(private readonly channels: Channels) {}
  @OnMessage('roll', { schema: Roll })
  async roll(@Message() { channel }: z.output<typeof Roll>, @Caller() caller: Caller) {
    const { offset } = await this.channels.publish(channel, { rolled: randomInt(1, 7) }, { as: caller });
    return { type: 'rolled', offset };
  }
}

@Injectable()
class Rules extends PrefixPermissions {
  override permits(...[, channel, caller]: Parameters<PrefixPermissions['permits']>) {
    return channel === ('closed' as ChannelName) ? 'not_permitted' : super.permits('join', channel, caller);
  }
}

const options: BackchannelOptions = {
  wsApiEndpoint: 'http://127.0.0.1:9', path: '/ws', replies: 'response', logLevel: 'silent', permissions: Rules,
  store: { kind: 'embedded', dataDir: process.env['DATA_DIR'] }, features: { health: false },
};

function application(options: BackchannelOptions): DynamicModule {
  @Module({})
  class AppModule {}
  const refusing = { provide: APP_GUARD, useValue: { canActivate: () => false } };
  return { module: AppModule, imports: [BackchannelModule.forRoot(options)], providers: [Dice, refusing] };
}

const app = await NestFactory.create<NestFastifyApplication>(
  application(options), new FastifyAdapter(FASTIFY_OPTIONS), { logger: false },
);
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const headers = { ConnectionId: 'AAAAAAAAAAA=', 'Content-Type': 'application/json', UserId: '-' };
const connected = await fetch(url + '/ws/connect', { method: 'POST', headers });
const messages = [];
for (const message of [{ action: 'join', channel: 'table' }, { action: 'join', channel: 'closed' }, { action: 'roll', channel: 'table' }]) {
  const response = await fetch(url + '/ws/message', { method: 'POST', headers, body: JSON.stringify(message) });
  messages.push(await response.json());
}
await app.close();

async function refusalOf(options: BackchannelOptions, adapter: FastifyAdapter | ExpressAdapter) {
  try {
    const refused = await NestFactory.create(application(options), adapter, { logger: false, abortOnError: false });
    await refused.init();
  } catch (error) {
    return String(error);
  }
}
console.log(JSON.stringify({
  connected: connected.status,
  messages,
  onExpress: await refusalOf(options, new ExpressAdapter()),
  withoutRedis: await refusalOf({ ...options, store: { kind: 'redis', url: 'redis://127.0.0.1:9' } }, new FastifyAdapter()),
  withoutTerminus: await refusalOf({ ...options, features: {} }, new FastifyAdapter()),
}));
process.exit();
`;

/** A program in CommonJS, as Nest's command line writes them. */
const COMMON_JS = `
const { BackchannelModule, Connections } = require('backchannel-nest');
const { NestFactory } = require('@nestjs/core');
const options = { wsApiEndpoint: 'http://127.0.0.1:9', features: { channels: false }, logLevel: 'silent' };
NestFactory.createApplicationContext(BackchannelModule.forRoot(options), { logger: false }).then(async (app) => {
  console.log(typeof app.get(Connections).post);
  await app.close();
});
`;

/** Only catches hangs: the dependencies are downloaded, and the declarations of all packages checked. */
const HANG_MS = 300_000;

describe.each(['11', '12'])('backchannel-nest, installed in an empty project with Nest %s', (nest) => {
  let consumer: Consumer;

  beforeAll(async () => {
    const packages = ['common', 'core', 'platform-fastify', 'platform-express'];
    consumer = await Consumer.install(
      ['backchannel-nest'],
      [
        ...packages.map((name) => `@nestjs/${name}@${nest}`),
        'reflect-metadata',
        'rxjs',
        'zod@4',
        '@types/node@24',
        '@types/express@5',
      ],
    );
    consumer.write('application.ts', APPLICATION);
    consumer.write('program.cjs', COMMON_JS);
  }, HANG_MS);
  afterAll(() => consumer[Symbol.dispose]());

  it(
    'compiles an application, with the declarations of its packages checked',
    async () => {
      const options = { experimentalDecorators: true, emitDecoratorMetadata: true };
      await expect(consumer.compile(options)).resolves.toBeUndefined();
    },
    HANG_MS,
  );

  it.each(NODE_VERSIONS)(
    'runs the application on Node.js %s',
    async (version) => {
      using node = await installNode(version);
      const output = await consumer.run(node.path, ['out/application.js'], {
        DATA_DIR: `${consumer.folder}/data-${version}`,
      });
      expect(JSON.parse(output)).toEqual({
        connected: 200,
        messages: [
          expect.objectContaining({ type: 'joined', channel: 'table' }),
          expect.objectContaining({ type: 'error', code: 'not_permitted' }),
          expect.objectContaining({ type: 'rolled', offset: 1 }),
        ],
        onExpress: expect.stringContaining('needs @nestjs/platform-fastify'),
        withoutRedis: expect.stringContaining('store.kind=redis needs the package @redis/client'),
        withoutTerminus: expect.stringContaining('features.health needs the package @nestjs/terminus'),
      });
      expect(await consumer.run(node.path, ['program.cjs'])).toBe('function\n');
    },
    HANG_MS,
  );
});
