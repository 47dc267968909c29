import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../src/api/integration.js';
import { type ChannelName } from '../../src/api/messages.js';
import { type Constants } from '../../src/nest/config/constants.js';
import { readConfig } from '../../src/nest/environment/read-config.js';
import { openStore } from '../../src/nest/store/open-store.js';
import { type Store } from '../../src/nest/store/store.js';
import { type Answer, ConnectionsEndpoint } from '../support/connections-endpoint.js';
import { LocalDynamoDb } from '../support/dynamodb.js';
import { hasRedis, redisSkip, SpawnedRedis } from '../support/redis-server.js';
import { SpawnedProgram } from '../support/spawned-program.js';

/** Tasks of the service, as built, on one store. They share the fan-out of a message, and one of them ends. */
const PROGRAM = join(import.meta.dirname, '../support/service-with-constants.ts');
const news = 'news' as ChannelName;
/** On a busy machine, starting all tasks and finishing their shards takes a while. */
const TIMEOUT_MS = 60_000;
type Task = 'ONE' | 'TWO' | 'THREE';

/** The settings of a store that all tasks share, for one test. */
interface SharedStore {
  readonly name: string;
  readonly isThere: boolean;
  readonly tasks: readonly Task[];
  /** Enough for shards of 10 members for all tasks. */
  readonly members: number;
  open(cleanUp: AsyncDisposableStack): Promise<NodeJS.ProcessEnv>;
}

const stores: readonly SharedStore[] = [
  {
    name: 'the embedded store',
    isThere: true,
    tasks: ['ONE', 'TWO', 'THREE'],
    members: 600,
    async open(cleanUp) {
      const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
      cleanUp.defer(() => rm(dataDir, { recursive: true }));
      return { DATA_DIR: dataDir };
    },
  },
  {
    name: `Redis (${redisSkip})`,
    isThere: hasRedis,
    tasks: ['ONE', 'TWO'],
    members: 300,
    async open(cleanUp) {
      const redis = cleanUp.use(await SpawnedRedis.start());
      return { STORE: 'redis', REDIS_URL: redis.url() };
    },
  },
  {
    name: 'DynamoDB',
    isThere: true,
    tasks: ['ONE', 'TWO'],
    members: 80,
    async open(cleanUp) {
      const dynamoDb = cleanUp.use(await LocalDynamoDb.start());
      const table = await dynamoDb.createTable();
      return {
        STORE: 'dynamodb',
        DYNAMODB_TABLE: table,
        DYNAMODB_ENDPOINT: dynamoDb.endpoint,
        STORE_TIMEOUT_MS: '10000',
      };
    },
  },
];

/** The tasks of a test, which end with it. */
class Tasks implements AsyncDisposable {
  /** Which tasks have delivered to a member, in order. */
  readonly deliveredBy = new Map<string, Task[]>();
  /** The distinct texts that were delivered. */
  readonly texts = new Set<string>();
  /** Decides the response to a post of a task. */
  answer: (task: Task) => Answer | Promise<Answer> = () => 'accepted';

  private constructor(
    readonly programs: ReadonlyMap<Task, SpawnedProgram>,
    readonly store: Store,
    private readonly members: number,
    private readonly urls: ReadonlyMap<Task, string>,
    private readonly cleanUp: AsyncDisposableStack,
  ) {}

  static async start(
    shared: SharedStore,
    settings: NodeJS.ProcessEnv,
    constants: Partial<Constants> = {},
  ): Promise<Tasks> {
    await using cleanUp = new AsyncDisposableStack();
    const env = await shared.open(cleanUp);
    const endpoint = cleanUp.use(await ConnectionsEndpoint.start());
    const store = await openStore(readConfig({ WS_API_ENDPOINT: endpoint.url, ...env }), () => undefined);
    cleanUp.defer(() => store.close());
    const started = await Promise.all(
      shared.tasks.map(async (task) => {
        const { program, url } = await SpawnedProgram.listening(
          PROGRAM,
          [JSON.stringify({ pollMs: 20, ...constants })],
          {
            PORT: '0',
            WS_API_ENDPOINT: endpoint.url,
            // by this the endpoint identifies the task that posts
            AWS_ACCESS_KEY_ID: task,
            AWS_SECRET_ACCESS_KEY: 'test',
            ...env,
            ...settings,
          },
        );
        cleanUp.use(program);
        return { task, program, url };
      }),
    );
    const tasks = new Tasks(
      new Map(started.map(({ task, program }) => [task, program])),
      store,
      shared.members,
      new Map(started.map(({ task, url }) => [task, url])),
      cleanUp.move(),
    );
    endpoint.answer = async ({ connectionId, data, authorization }) => {
      const { type } = JSON.parse(data) as { type: string };
      if (type !== 'message') return 'accepted';
      const task = shared.tasks.find((each) => authorization?.includes(`Credential=${each}/`))!;
      // the reply to the publisher follows the message, and publishing waits for it
      const answer = connectionId === member(0) ? 'accepted' : await tasks.answer(task);
      if (answer === 'accepted') {
        tasks.deliveredBy.set(connectionId, [...(tasks.deliveredBy.get(connectionId) ?? []), task]);
        tasks.texts.add(data);
      }
      return answer;
    };
    return tasks;
  }

  /** Has all members join the channel, and the first publish to it through a task. */
  async publish(task: Task): Promise<void> {
    const expiresAt = Date.now() + 3_600_000;
    const joinChannel = async (_: unknown, n: number) => {
      const connectionId = member(n);
      await this.store.connections.putConnection({ connectionId, connectedAt: Date.now(), expiresAt });
      await this.store.memberships.join(news, connectionId, 100);
    };
    await Promise.all(Array.from({ length: this.members }, joinChannel));
    const response = await fetch(`${this.urls.get(task)}/message`, {
      method: 'POST',
      headers: {
        ConnectionId: member(0),
        RequestId: 'r',
        RouteKey: '$default',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ action: 'publish', channel: news, data: 'hello' }),
    });
    if (!response.ok) throw new Error(`publishing failed with ${response.status}`);
  }

  async allIsSent(): Promise<void> {
    const isAllSent = async () => {
      const shards = await this.store.shards.countShards();
      if (shards > 0) throw new Error(`${shards} shards are not finished`);
    };
    await vi.waitFor(isAllSent, { timeout: TIMEOUT_MS, interval: 20 });
  }

  /** By member with a matching number of deliveries: the tasks that delivered. */
  delivered(times: (count: number) => boolean): readonly (readonly Task[])[] {
    return [...this.deliveredBy.values()].filter(({ length }) => times(length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanUp[Symbol.asyncDispose]();
  }
}

const member = (n: number) => `member-${String(n).padStart(5, '0')}=` as ConnectionId;

describe.each(stores)('with $name', (shared) => {
  it.skipIf(!shared.isThere)(
    'a message reaches every member, and few of them twice, when a task is killed in the middle of it',
    async () => {
      await using tasks = await Tasks.start(
        shared,
        { FANOUT_SHARD_MEMBERS: '10', CALLBACK_CONCURRENCY: '16' },
        { leaseMs: 1000 },
      );
      const { members } = shared;
      const others = shared.tasks.filter((task) => task !== 'ONE');
      const { promise: allWait, resolve: allAreWaiting } = Promise.withResolvers<void>();
      const { promise: othersContinue, resolve: continueOthers } = Promise.withResolvers<Answer>();
      const waiting = new Set<Task>();
      let deliveredByOne = 0;
      tasks.answer = (task) => {
        if (tasks.deliveredBy.size >= members / 3) tasks.programs.get('ONE')!.signal('SIGKILL');
        if (task === 'ONE' && ++deliveredByOne <= 15) return 'accepted';
        // from now on it is in the middle of each of its shards, and each of the others has some
        if (waiting.add(task).size === shared.tasks.length) allAreWaiting();
        return task === 'ONE' ? 'never' : othersContinue;
      };
      await tasks.publish('ONE');
      await allWait;
      continueOthers('accepted');
      expect(await tasks.programs.get('ONE')!.exit).toBe('SIGKILL');
      expect(tasks.deliveredBy.size).toBeLessThan(members);
      await tasks.allIsSent();

      expect(tasks.deliveredBy.size).toBe(members);
      // the same text, with the same offset: by that a client knows that it has it already
      expect([...tasks.texts]).toHaveLength(1);
      const twice = tasks.delivered((count) => count > 1);
      expect(twice.length).toBeLessThanOrEqual(15);
      expect(twice.filter((by) => by[0] !== 'ONE' || by.slice(1).includes('ONE') || by.length > 2)).toEqual(
        [],
      );
      for (const task of others) {
        expect(tasks.delivered(() => true).some((by) => by.includes(task))).toBe(true);
      }
    },
    TIMEOUT_MS,
  );
});

it(
  'a message reaches every member once when a task is stopped in the middle of it',
  async () => {
    await using tasks = await Tasks.start(
      { ...stores[0]!, tasks: ['ONE', 'TWO'] },
      { FANOUT_SHARD_MEMBERS: '200', CALLBACK_CONCURRENCY: '8' },
      // longer than the test: no task waits for the end of a lease
      { leaseMs: 60_000 },
    );
    const one = tasks.programs.get('ONE')!;
    const { promise: isStopping, resolve: stopping } = Promise.withResolvers<Answer>();
    let deliveredByOne = 0;
    tasks.answer = (task) => {
      if (task !== 'ONE') return 'accepted';
      deliveredByOne += 1;
      if (deliveredByOne <= 50) return 'accepted';
      one.signal('SIGTERM');
      return isStopping;
    };
    await tasks.publish('ONE');
    await one.prints('"stopping"');
    stopping('accepted');
    expect(await one.exit).toBe(0);
    await tasks.allIsSent();

    expect(tasks.delivered((count) => count === 1)).toHaveLength(stores[0]!.members);
    expect(one.stdout.some((line) => line.includes('"shard handed back"'))).toBe(true);
  },
  TIMEOUT_MS,
);
