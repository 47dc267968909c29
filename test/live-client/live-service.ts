import { connect, type Channel, type Client, type ConnectOptions } from '../../src/client/index.js';
import { createDevelopmentToken } from '../../src/local/development-token.js';
import { AdminClient } from '../support/admin-client.js';
import { LocalPrograms } from '../support/local-programs.js';
import { MovableClock } from './movable-clock.js';

const AUTHENTICATION = { AUTH: 'jwt', JWT_SECRET: 'a-secret-of-32-characters-at-least' };

/** Signs a token for a user, as the service accepts it. */
const tokenFor = (user: string): string => createDevelopmentToken(user, AUTHENTICATION);

/** Gateway and service as built, and clients whose clock is moved with that of the gateway. */
export class LiveService implements AsyncDisposable {
  readonly clock = new MovableClock();
  readonly #clients: Client<Record<string, unknown>>[] = [];

  private constructor(
    readonly programs: LocalPrograms,
    readonly admin: AdminClient,
    /** Of the service. */
    readonly settings: NodeJS.ProcessEnv,
  ) {}

  static async start(further: NodeJS.ProcessEnv = {}): Promise<LiveService> {
    const settings = { LOG_LEVEL: 'warn', ...AUTHENTICATION, ...further };
    const programs = await LocalPrograms.start({ settings });
    return new LiveService(programs, new AdminClient(programs.gatewayUrl), settings);
  }

  connect(user: string, options: Partial<ConnectOptions> = {}): Client<Record<string, unknown>> {
    const { clock } = this;
    const url = this.programs.url();
    const client = connect({ url, token: () => tokenFor(user), clock, spreadMs: 100, ...options });
    this.#clients.push(client);
    return client;
  }

  /** A client that has joined. */
  async join(user: string, name: string, options: Partial<ConnectOptions> = {}): Promise<Member> {
    const client = this.connect(user, options);
    const member = new Member(client, client.channel(name));
    await member.until(() => member.room.position !== undefined);
    return member;
  }

  /** Moves both clocks, at most by what is less than the time between two heartbeats. */
  async advance(minutes: number): Promise<void> {
    await this.admin.advanceClock(`${minutes}m`);
    this.clock.advance(minutes * 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map(async (client) => client.close()));
    await this.programs[Symbol.asyncDispose]();
  }
}

/** A client in a channel, with what its application has seen. */
export class Member {
  readonly offsets: number[] = [];
  readonly data: unknown[] = [];
  /** Of `joined`, one for each time. */
  readonly recoveries: boolean[] = [];
  readonly statuses: string[] = [];
  readonly handOvers: string[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(
    readonly client: Client<Record<string, unknown>>,
    readonly room: Channel,
  ) {
    room.on('message', ({ offset, data }) => {
      this.offsets.push(offset);
      this.data.push(data);
      this.#notify();
    });
    room.on('joined', ({ recovered }) => {
      this.recoveries.push(recovered);
      this.#notify();
    });
    client.on('status', ({ status }) => {
      this.statuses.push(status);
      this.#notify();
    });
    client.on('handover', ({ phase }) => {
      this.handOvers.push(phase);
      this.#notify();
    });
  }

  async until(isReached: () => boolean): Promise<void> {
    while (!isReached()) await this.#changed.promise;
  }

  /** Waits for the next message. */
  async receivesMore(): Promise<void> {
    const { length } = this.offsets;
    await this.until(() => this.offsets.length > length);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** 1 to `count`. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);
