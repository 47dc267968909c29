import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServerMessage } from '../../src/api/messages.js';
import { AdminClient } from '../support/admin-client.js';
import { LocalPrograms } from '../support/local-programs.js';
import { type WebSocketClient } from '../support/web-socket-client.js';

/** The two-hour limit of every connection, under load: both programs as processes of their own, as built. */
let programs: LocalPrograms;
let admin: AdminClient;
const channel = 'news';

beforeEach(async () => {
  programs = await LocalPrograms.start({ settings: { LOG_LEVEL: 'warn' } });
  admin = new AdminClient(programs.gatewayUrl);
});

afterEach(async () => programs[Symbol.asyncDispose]());

const open = async () => programs.open();

/** A client as in PROTOCOL.md: it keeps its position, and resumes there when its connection has ended. */
class Member implements Disposable {
  /** Offsets of all received messages, in order, over all connections. */
  readonly offsets: number[] = [];
  readonly joinReplies: (ServerMessage & { type: 'joined' })[] = [];
  #epoch: string | undefined;
  #client: WebSocketClient | undefined;
  #changed = Promise.withResolvers<void>();

  async join(): Promise<void> {
    this.#client?.[Symbol.dispose]();
    this.#client = await open();
    this.#client.socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString()) as never));
    const since = this.#epoch && { epoch: this.#epoch, offset: this.offsets.at(-1) ?? 0 };
    const joins = this.joinReplies.length;
    this.#client.send({ action: 'join', channel, ...(since && { since }) });
    await this.until(() => this.joinReplies.length > joins);
  }

  async until(isReached: () => boolean): Promise<void> {
    while (!isReached()) await this.#changed.promise;
  }

  get closed() {
    return this.#client!.closed;
  }

  [Symbol.dispose](): void {
    this.#client?.[Symbol.dispose]();
  }

  #take(received: ServerMessage | ServerMessage[]): void {
    for (const message of Array.isArray(received) ? received : [received]) {
      if (message.type === 'message' && 'offset' in message) this.offsets.push(message.offset);
      if (message.type === 'joined') {
        this.#epoch = message.epoch;
        this.joinReplies.push(message);
      }
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Publishes one message after the other until it is stopped. */
class Publisher implements Disposable {
  published = 0;
  #isStopped = false;
  #ended: Promise<void> | undefined;

  private constructor(private readonly client: WebSocketClient) {}

  static async start(): Promise<Publisher> {
    const publisher = new Publisher(await open());
    publisher.client.send({ action: 'join', channel });
    await publisher.#reply('joined');
    publisher.#ended = publisher.#publish();
    return publisher;
  }

  /** Resolves when it has published `count` more messages. */
  async publishes(count: number): Promise<void> {
    for (const target = this.published + count; this.published < target;) {
      await once(this.client.socket, 'message');
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }

  async #publish(): Promise<void> {
    while (!this.#isStopped) {
      this.client.send({ action: 'publish', channel, data: { text: 'x'.repeat(100) } });
      await this.#reply('published');
      this.published += 1;
    }
  }

  async #reply(type: string): Promise<void> {
    while (((await this.client.next()) as ServerMessage).type !== type);
  }
}

it('loses no message and duplicates none when API Gateway ends every connection after two hours', async () => {
  const members = Array.from({ length: 8 }, () => new Member());
  await Promise.all(members.map(async (member) => member.join()));
  // the publishers' connections are younger, so that they outlive those of the members
  await admin.advanceClock('5m');
  const publishers = await Promise.all([Publisher.start(), Publisher.start()]);

  const hasAnyEnded = Promise.race(members.map(async ({ closed }) => closed));
  let isOver = false;
  void hasAnyEnded.then(() => (isOver = true));
  // no connection is idle for ten minutes: each receives a message before each step
  const allReceiveSomething = async () => {
    const seen = members.map(({ offsets }) => offsets.length);
    await Promise.all([
      ...members.map(async (member, n) => member.until(() => member.offsets.length > seen[n]!)),
      ...publishers.map(async (publisher) => publisher.publishes(1)),
    ]);
  };
  for (let minutes = 5; minutes < 115; minutes += 5) {
    await allReceiveSomething();
    await admin.advanceClock('5m');
  }
  await allReceiveSomething();
  expect(isOver).toBe(false);
  await admin.advanceClock('5m');

  await Promise.all(
    members.map(async (member) => {
      expect(await member.closed).toEqual({ code: 1001, reason: 'Going away' });
      const before = member.offsets.length;
      await publishers[0].publishes(10);
      await member.join();
      // the missed messages came before the reply
      expect(member.offsets.length).toBeGreaterThan(before + 8);
      const { length } = member.offsets;
      await member.until(() => member.offsets.length > length + 5);
    }),
  );
  await Promise.all(publishers.map(async (publisher) => publisher.stop()));
  const published = publishers.reduce((sum, publisher) => sum + publisher.published, 0);
  await Promise.all(members.map(async (member) => member.until(() => member.offsets.length >= published)));

  const everything = Array.from({ length: published }, (_, n) => n + 1);
  for (const { offsets, joinReplies } of members) {
    expect(offsets).toEqual(everything);
    expect(joinReplies).toMatchObject([{ offset: 0 }, { recovered: true }]);
  }
  for (const each of [...members, ...publishers]) each[Symbol.dispose]();
});
