import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketClient } from '../support/web-socket-client.js';
import { Chatter } from './chatter.js';
import { ComposeProject, FIRST_SECRET } from './compose-project.js';

/** Everything as docker/compose.yaml has it, on a real engine: gateway → NLB → two tasks → Valkey. */
let project: ComposeProject;
let url: string;

beforeAll(async () => {
  project = await ComposeProject.up('compose.yaml');
  url = `${project.gatewayUrl.replace('http', 'ws')}/dev`;
}, 20 * 60_000);

afterAll(async () => project?.[Symbol.asyncDispose](), 120_000);

/** Clients in a channel of their own that talk while `disturb` runs, and for a moment after it. */
async function talkDuring(channel: string, disturb: () => Promise<void>): Promise<readonly Chatter[]> {
  const chatters = await Promise.all(Array.from({ length: 6 }, () => Chatter.join(url, channel)));
  for (const chatter of chatters) chatter.talk();
  await allHaveAcknowledged(chatters, 20);
  await disturb();
  await allHaveAcknowledged(chatters, 20);
  await Promise.all(chatters.map((chatter) => chatter.quiet()));
  return chatters;
}

/** Waits until each has `more` acknowledgements than now. */
async function allHaveAcknowledged(chatters: readonly Chatter[], more: number): Promise<void> {
  const wanted = chatters.map(({ acknowledgedEver }) => acknowledgedEver + more);
  await expect
    .poll(() => chatters.every(({ acknowledgedEver }, index) => acknowledgedEver >= wanted[index]!), {
      timeout: 60_000,
    })
    .toBe(true);
}

/** All the offsets that were acknowledged to anybody, from where everybody had joined. */
function acknowledgedTo(chatters: readonly Chatter[]): number[] {
  const since = Math.max(...chatters.map((chatter) => chatter.since));
  return chatters.flatMap(({ acknowledged }) => acknowledged.filter((offset) => offset > since));
}

describe('with docker compose', { timeout: 600_000 }, () => {
  it('a frame goes to a task and its reply comes back', async () => {
    using client = await WebSocketClient.open(url);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('two clients that different tasks serve see each other', async () => {
    const chatters = await Promise.all(Array.from({ length: 8 }, () => Chatter.join(url, 'both')));
    const served = await Promise.all(
      ['task-1', 'task-2'].map(async (task) =>
        (await project.logs(task))
          .filter(({ msg }) => msg === 'connected')
          .map((line) => line['connectionId']),
      ),
    );
    expect(served.map((connections) => connections.length > 0)).toEqual([true, true]);
    for (const chatter of chatters) {
      expect(await chatter.ask({ action: 'publish', channel: 'both', data: 'hello' })).toMatchObject({
        type: 'published',
      });
    }
    for (const { since, offsets } of chatters) {
      await expect.poll(() => offsets.length).toBe(8);
      expect(offsets.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 8 }, (_, n) => since + n + 1));
    }
    for (const chatter of chatters) chatter[Symbol.dispose]();
  });

  it('restarting one task after the other under load fails no message and loses none', async () => {
    const chatters = await talkDuring('rolling', async () => {
      for (const task of ['task-1', 'task-2']) {
        expect(await project.stop(task)).toBe(0);
        await project.start(task);
      }
    });
    expect(await lostBy(chatters)).toEqual([]);
  });

  it('rotating the secret under load, as docs/operating.md says, fails no message and loses none', async () => {
    const chatters = await talkDuring('rotated', async () => {
      project.set('GATEWAY_SECRET', 'the-secret-after-the-rotation');
      project.set('GATEWAY_SECRET_PREVIOUS', FIRST_SECRET);
      for (const task of ['task-1', 'task-2']) await project.recreate(task);
      await project.recreate('deploy');
      project.set('GATEWAY_SECRET_PREVIOUS', '');
      for (const task of ['task-1', 'task-2']) await project.recreate(task);
    });
    expect(await lostBy(chatters)).toEqual([]);
  });

  it('changing the secret in one step keeps clients connected, and serves them again', async () => {
    using client = await WebSocketClient.open(url);
    project.set('GATEWAY_SECRET', 'the-secret-after-one-step');
    await project.compose('up', '--detach');
    await project.untilHealthy('deploy');
    await expect
      .poll(
        async () => {
          client.send({ action: 'ping', id: 1 });
          return client.next();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toEqual({ type: 'pong', id: 1 });
  });

  it('restarting the gateway brings the API back by itself', async () => {
    using before = await WebSocketClient.open(url);
    await project.restart('gateway');
    expect(await before.closed).toMatchObject({ code: 1001 });
    await expect.poll(() => pingAnew(), { timeout: 60_000 }).toEqual({ type: 'pong', id: 1 });
  });

  it('killing a task under load loses no acknowledged message, and the other task serves on', async () => {
    const chatters = await talkDuring('killed', () => project.kill('task-1'));
    await project.start('task-1');
    expect(await missedBy(chatters)).toEqual([]);
  });

  it('killing Valkey under load begins new epochs, of which all clients are notified, and they miss nothing after that', async () => {
    const before = await Chatter.join(url, 'storeless');
    const chatters = await talkDuring('storeless', async () => {
      await project.kill('valkey');
      await expect
        .poll(() => project.compose('logs', '--no-color', 'nlb'), { timeout: 20_000 })
        .toContain('DOWN');
      await project.start('valkey');
    });
    expect(chatters.some(({ failures }) => failures.some(({ code }) => code === 'unavailable'))).toBe(true);
    expect(chatters.filter(({ losses, epoch }) => losses === 0 || epoch === before.epoch)).toEqual([]);
    before[Symbol.dispose]();
    expect(await missedBy(chatters)).toEqual([]);
  });

  it('stops with nothing left', async () => {
    await project[Symbol.asyncDispose]();
    expect(await project.leftovers()).toEqual([]);
  });
});

/** Failures, acknowledged messages that a client does not receive, and those that it receives twice. */
async function lostBy(chatters: readonly Chatter[]): Promise<readonly unknown[]> {
  const acknowledged = acknowledgedTo(chatters);
  const problems: unknown[] = chatters.flatMap(({ failures }) => failures);
  for (const { offsets } of chatters) {
    await expect.poll(() => acknowledged.filter((offset) => !offsets.includes(offset))).toEqual([]);
    problems.push(...offsets.filter((offset, index) => offsets.indexOf(offset) !== index));
  }
  for (const chatter of chatters) chatter[Symbol.dispose]();
  return problems;
}

/** What a new client gets for a ping; the error when it cannot connect. */
async function pingAnew(): Promise<unknown> {
  try {
    using client = await WebSocketClient.open(url);
    client.send({ action: 'ping', id: 1 });
    return await client.next();
  } catch (error) {
    return error;
  }
}

/** Acknowledged messages that somebody does not have, of what was sent and what each asks for now. */
async function missedBy(chatters: readonly Chatter[]): Promise<readonly number[]> {
  const acknowledged = acknowledgedTo(chatters);
  const missed: number[] = [];
  for (const chatter of chatters) {
    expect(await chatter.recover()).toMatchObject({ type: 'joined', recovered: true });
    const has = new Set(chatter.offsets);
    missed.push(...acknowledged.filter((offset) => !has.has(offset)));
    chatter[Symbol.dispose]();
  }
  return missed;
}

describe('with docker compose and a single task', { timeout: 600_000 }, () => {
  it('a frame goes to the task and its reply comes back, without Valkey', async () => {
    await using single = await ComposeProject.up('compose.yaml', 'compose.single.yaml');
    using client = await WebSocketClient.open(`${single.gatewayUrl.replace('http', 'ws')}/dev`);
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined', channel: 'news' });
    const running = await single.compose('ps', '--services', '--filter', 'status=running');
    expect(running).not.toContain('valkey');
  });
});
