import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { expect, it } from 'vitest';
import { OnMessage } from '../../../src/nest/index.js';
import { startService, type TestService } from '../../support/service-app.js';
import { ChatModule } from './chat.module.js';
import { TeamPermissions } from './team.permissions.js';

const ROOT = join(import.meta.dirname, '../../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/nest.md'), 'utf8');

/** The service with the extensions of docs/nest.md. */
const start = async () =>
  startService({ AUTH: 'authorizer' }, { imports: [ChatModule], permissions: TeamPermissions });

async function connect(service: TestService, userId: string): Promise<string> {
  await service.post('/connect', `${userId}=`).set('UserId', userId).expect(200);
  return `${userId}=`;
}

it('serves a custom action, with its schema, its errors and its injected dependencies', async () => {
  await using service = await start();
  const [alice, bob] = [await connect(service, 'alice'), await connect(service, 'bob')];
  await service.send(alice, { action: 'roll', channel: 'table', id: 1 }).expect(200);
  for (const player of [alice, bob]) await service.send(player, { action: 'join', channel: 'table' });
  service.endpoint.posts.length = 0;
  await service.send(alice, { action: 'roll', channel: 'table', id: 2 }).expect(200);
  await service.send(alice, { action: 'roll', channel: 'no table', id: 3 }).expect(200);
  const rolled = expect.toSatisfy((n: number) => n >= 1 && n <= 6) as number;
  const message = { type: 'message', channel: 'table', offset: 1, data: { rolled }, from: alice };
  expect(service.endpoint.messagesTo(bob)).toEqual([{ ...message, user: 'alice' }]);
  expect(service.endpoint.messagesTo(alice)).toEqual([
    { ...message, user: 'alice' },
    { type: 'rolled', id: 2, channel: 'table', offset: 1, rolled },
    { type: 'error', id: 3, code: 'bad_message', message: expect.stringMatching(/^channel: /) },
  ]);
});

it('reports mistakes in messages of a custom action as for any other action', async () => {
  await using service = await start();
  const alice = await connect(service, 'alice');
  await service.send(alice, { action: 'roll', channel: 'table' });
  await service.send(alice, { action: 'roll', channel: 'team:red' });
  await service.send(alice, { action: 'dance' });
  expect(service.endpoint.messagesTo(alice)).toMatchObject([
    { code: 'not_joined' },
    { code: 'not_permitted' },
    { code: 'unknown_action', message: expect.stringContaining('roll') },
  ]);
});

it('uses custom permissions, which fall back to the default ones', async () => {
  await using service = await start();
  const [alice, bob] = [await connect(service, 'red/alice'), await connect(service, 'blue/bob')];
  for (const channel of ['team:red', 'team:red:plans', 'news', 'user:red/alice']) {
    for (const sender of [alice, bob]) await service.send(sender, { action: 'join', channel, id: channel });
  }
  expect(service.endpoint.messagesTo(alice)).toMatchObject([
    { type: 'joined' },
    { type: 'joined' },
    { type: 'joined' },
    { type: 'joined' },
  ]);
  expect(service.endpoint.messagesTo(bob)).toMatchObject([
    { id: 'team:red', code: 'not_permitted' },
    { id: 'team:red:plans', code: 'not_permitted' },
    { id: 'news', type: 'joined' },
    { id: 'user:red/alice', code: 'not_permitted' },
  ]);
});

it('does not start with two handlers for one action', async () => {
  @Injectable()
  class AnotherPing {
    @OnMessage('ping')
    ping() {
      return { type: 'pong' };
    }
  }
  @Module({ providers: [AnotherPing] })
  class Another {}
  await expect(startService({}, { imports: [Another] })).rejects.toThrow(
    'AnotherPing.ping and BuiltInActions.ping both handle the action ping.',
  );
});

it.each(['chat.module.ts', 'team.permissions.ts', 'tenants.module.ts'])(
  'is the same in docs/nest.md as in the test: %s',
  (file) => {
    const [, shown = ''] = DOCUMENT.split(`\`${file}\``)[1]?.split(/```(?:ts)?\n/) ?? [];
    const tested = readFileSync(join(import.meta.dirname, file), 'utf8');
    const unwrapped = (code: string) => code.replaceAll(/\s+/g, ' ').replaceAll(/([{(]) |,? ([})])/g, '$1$2');
    expect(unwrapped(shown)).toBe(
      unwrapped(tested).replace('../../../src/nest/index.js', 'backchannel-nest'),
    );
  },
);
