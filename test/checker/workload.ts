import { type ApiClient } from './api-client.ts';
import { ConformingClient } from './conforming-client.ts';
import { type History } from './history.ts';
import { publishWithKey, repeatPublish } from './keyed-publish.ts';
import { ApiPublisher, pause } from './publishers.ts';
import { type Random } from './random.ts';

/** A channel whose messages are sent in shards, by all tasks. */
export const LARGE_CHANNEL = 'hall';
const ROOMS = ['room-1', 'room-2', 'room-3'];
/** Its members are notified of each other. */
const NOTIFYING_CHANNEL = 'presence:lobby';
const SMALL_CHANNELS = [...ROOMS, NOTIFYING_CHANNEL];
export const CHANNELS = [...SMALL_CHANNELS, LARGE_CHANNEL];

export interface WorkloadOptions {
  /** The address for a client. */
  readonly urlFor: (name: string) => string;
  /** Whether clients have users. */
  readonly hasUsers: boolean;
  readonly api: ApiClient;
  readonly history: History;
  readonly random: Random;
  /** The number of members of the large channel. */
  readonly listeners: number;
}

/** Members that come and go, publishers of both kinds, and many members that only listen. */
export class Workload implements Disposable {
  readonly members: readonly ConformingClient[];
  readonly #roamers: readonly ConformingClient[];
  readonly #publishers: readonly ApiPublisher[];
  /** Publishes what the phases of a run need. */
  readonly #announcer: ApiPublisher;
  readonly #options: WorkloadOptions;
  readonly #published = new Map<string, number>();

  constructor(options: WorkloadOptions) {
    this.#options = options;
    const { urlFor, history, random, api, listeners } = options;
    const client = (name: string, pingMs: number, isBatched: boolean) =>
      new ConformingClient({ name, url: urlFor(name), history, pingMs, isBatched });
    this.#roamers = Array.from({ length: ROAMERS }, (_, n) =>
      client(`roamer-${n + 1}`, random.integer(1500, 2500), n % 4 === 3),
    );
    const seats = Array.from({ length: listeners }, (_, n) =>
      client(`listener-${n + 1}`, random.integer(4000, 8000), false),
    );
    this.members = [...this.#roamers, ...seats];
    const publisher = (name: string, hasKeys: boolean, channels: readonly string[]) =>
      new ApiPublisher({ name, api, history, random: random.fork(name), channels, hasKeys });
    this.#publishers = [
      publisher('backend-1', true, SMALL_CHANNELS),
      publisher('backend-2', true, SMALL_CHANNELS),
      publisher('backend-3', false, SMALL_CHANNELS),
    ];
    this.#announcer = publisher('announcer', true, CHANNELS);
  }

  /** Connects all members. Some at a time, as they would come. */
  async connect(signal: AbortSignal): Promise<void> {
    for (const [n, member] of this.members.entries()) {
      member.start();
      member.join(n < ROAMERS ? ROOMS[n % ROOMS.length]! : LARGE_CHANNEL);
      if (n < ROAMERS && n % 2 === 0) member.join(NOTIFYING_CHANNEL);
      if (n % 10 === 9) await pause(50, signal);
    }
  }

  get areAllJoined(): boolean {
    return this.members.every((member) => member.joinedChannels.length === member.channels.length);
  }

  /** Runs until the signal. @returns once all operations have ended */
  async run(signal: AbortSignal): Promise<void> {
    const { random } = this.#options;
    await Promise.all([
      ...this.#publishers.map((publisher) => publisher.run(signal)),
      ...this.#roamers.map((roamer) => this.#roam(roamer, random.fork(roamer.name), signal)),
      this.#announceToAll(signal),
      this.#unsettleListeners(random.fork('listeners'), signal),
    ]);
  }

  /** Publishes a message to a channel, until it is known to be published or the time is over. */
  async announce(channel: string): Promise<boolean> {
    const { outcome } = await this.#announcer.publish(channel);
    return outcome === 'ok';
  }

  [Symbol.dispose](): void {
    for (const member of this.members) member.stop();
  }

  /** A member of some rooms that publishes, leaves, comes back and loses its connection. */
  async #roam(member: ConformingClient, random: Random, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(random.integer(300, 1200), signal);
      const choice = random.next();
      const channel = random.pick(SMALL_CHANNELS);
      if (choice < 0.7) await this.#publish(member, random);
      else if (choice < 0.8) member.join(channel);
      else if (choice < 0.9) {
        // it stays a member of one, so that there is always something to see
        if (member.channels.length > 1 && member.channels.includes(channel)) {
          await member.leave(channel, random.chance(0.5));
        }
      } else member.reconnect(random.integer(0, 1500));
    }
  }

  async #publish(member: ConformingClient, random: Random): Promise<void> {
    const { history } = this.#options;
    const channels = member.joinedChannels.filter((channel) => channel !== LARGE_CHANNEL);
    if (channels.length === 0) return;
    const channel = random.pick(channels);
    const count = (this.#published.get(member.name) ?? 0) + 1;
    this.#published.set(member.name, count);
    const id = `${member.name}-${count}`;
    if (random.chance(0.5)) return this.#publishWithKey(member, channel, id, random);
    const beganAt = history.now();
    const { outcome, position, reason } = await member.publish(channel, id);
    history.record({
      kind: 'publish',
      process: member.name,
      channel,
      id,
      beganAt,
      endedAt: history.now(),
      attempts: 1,
      outcome,
      ...(position && { position }),
      ...(reason !== undefined && { reason }),
    });
  }

  /** Sometimes it is sent again although it was acknowledged. */
  async #publishWithKey(
    member: ConformingClient,
    channel: string,
    id: string,
    random: Random,
  ): Promise<void> {
    const { history, hasUsers: hasUser } = this.#options;
    const { firstRequest } = member;
    const { outcome } = await publishWithKey({ member, history, channel, id, hasUser });
    const isKeyValid = hasUser || member.firstRequest === firstRequest;
    if (outcome === 'ok' && isKeyValid && random.chance(0.3)) {
      await repeatPublish({ member, history, channel, id, hasUser });
    }
  }

  async #announceToAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(ANNOUNCE_MS, signal);
      if (!signal.aborted) await this.announce(LARGE_CHANNEL);
    }
  }

  async #unsettleListeners(random: Random, signal: AbortSignal): Promise<void> {
    const listeners = this.members.slice(ROAMERS);
    while (!signal.aborted && listeners.length > 0) {
      await pause(random.integer(300, 1000), signal);
      random.pick(listeners).reconnect(random.integer(0, 1000));
    }
  }
}

const ROAMERS = 16;
const ANNOUNCE_MS = 2000;
