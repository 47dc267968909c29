import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

/** What a team writes: an action of its own, a rule, and the application; it prints what it gets for a request. */
const APPLICATION = `
import { randomInt } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import {
  Caller, type ChannelName, ChannelNameSchema, ChannelsService, createApplication, createLogger, type JsonText, listen,
  Message, OnMessage, PrefixPermissions, readConfig, type Sender,
} from 'backchannel-nest';
import { z } from 'zod';

const Roll = z.strictObject({ channel: ChannelNameSchema });

@Injectable()
class Dice {
  constructor(private readonly channels: ChannelsService) {}
  @OnMessage('roll', { schema: Roll })
  async roll(@Message() { channel }: z.output<typeof Roll>, @Caller() caller: Sender) {
    const { offset } = await this.channels.publish(channel, caller, JSON.stringify({ rolled: randomInt(1, 7) }) as JsonText);
    return { type: 'rolled', offset };
  }
}

@Module({ providers: [Dice] })
class ChatModule {}

@Injectable()
class Rules extends PrefixPermissions {
  override permits(...[, channel, sender]: Parameters<PrefixPermissions['permits']>) {
    return channel === ('closed' as ChannelName) ? 'not_permitted' : super.permits('join', channel, sender);
  }
}

const config = readConfig(process.env);
const app = await createApplication(config, createLogger(config), { imports: [ChatModule], permissions: Rules });
const url = await listen(app, config);
const headers = { ConnectionId: 'AAAAAAAAAAA=', 'Content-Type': 'application/json', UserId: '-' };
const connected = await fetch(url + '/connect', { method: 'POST', headers });
const messages = [];
for (const message of [{ action: 'join', channel: 'table' }, { action: 'join', channel: 'closed' }, { action: 'roll', channel: 'table' }]) {
  const response = await fetch(url + '/message', { method: 'POST', headers, body: JSON.stringify(message) });
  messages.push(await response.json());
}
console.log(JSON.stringify({ connected: connected.status, messages }));
await app.close();
`;

describe('backchannel-nest, installed in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    const nest = [
      '@nestjs/common@12',
      '@nestjs/core@12',
      '@nestjs/platform-fastify@12',
      'reflect-metadata',
      'rxjs',
    ];
    consumer = await Consumer.install(['backchannel-nest'], [...nest, '@types/node@24']);
    consumer.write('application.ts', APPLICATION);
  });
  afterAll(() => consumer[Symbol.dispose]());

  it('compiles an application, with the declarations of its packages checked', async () => {
    const options = { experimentalDecorators: true, emitDecoratorMetadata: true };
    await expect(consumer.compile(options)).resolves.toBeUndefined();
  });

  it.each(NODE_VERSIONS)('runs the application on Node.js %s', async (version) => {
    using node = await installNode(version);
    const output = await consumer.run(node.path, ['out/application.js'], {
      WS_API_ENDPOINT: 'http://127.0.0.1:9',
      PORT: '0',
      STORE: 'embedded',
      DATA_DIR: `${consumer.folder}/data-${version}`,
      REPLIES: 'response',
      LOG_LEVEL: 'silent',
    });
    expect(JSON.parse(output)).toEqual({
      connected: 200,
      messages: [
        expect.objectContaining({ type: 'joined', channel: 'table' }),
        expect.objectContaining({ type: 'error', code: 'not_permitted' }),
        expect.objectContaining({ type: 'rolled', offset: 1 }),
      ],
    });
  });
});
