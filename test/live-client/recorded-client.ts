import { WebSocket as WsWebSocket } from 'ws';
import { type ServerMessage } from '../../src/api/messages.js';
import { BackchannelError, type Channel, type Client, connect } from '../../src/client/index.js';
import { type History } from '../checker/history.ts';
import { MovableClock } from './movable-clock.js';

interface Data {
  /** The id that the publisher has given it. */
  readonly p: string;
}

export interface RecordedClientOptions {
  readonly name: string;
  /** With the token, as where an application puts it there itself. */
  readonly url: string;
  readonly history: History;
}

/** A client that records what its application sees, for the checks of the history checker. */
export class RecordedClient {
  readonly name: string;
  readonly clock = new MovableClock();
  readonly client: Client<Record<string, Data>>;
  readonly #history: History;
  readonly #rooms = new Map<string, Channel<Data>>();
  #sockets: WsWebSocket[] = [];
  #published = 0;
  /** By channel and offset, as the service has acknowledged it: the epoch. */
  readonly #epochs = new Map<string, string>();
  /** Publishes whose outcome is not known yet. */
  readonly #publishing = new Set<Promise<void>>();
  handOvers = 0;

  constructor({ name, url, history }: RecordedClientOptions) {
    this.name = name;
    this.#history = history;
    const sockets = () => this.#sockets;
    const epochs = this.#epochs;
    this.client = connect<Record<string, Data>>({
      url,
      isAuthenticated: true,
      clock: this.clock,
      heartbeatMs: 10_000,
      spreadMs: 300,
      maxBackoffMs: 2000,
      WebSocket: class extends WsWebSocket {
        constructor(address: string, protocols: string[]) {
          super(address, protocols, { perMessageDeflate: false });
          sockets().push(this);
          this.on('message', (text: Buffer) => noteEpochs(text, epochs));
          this.once('close', () => sockets().splice(sockets().indexOf(this), 1));
        }
      },
    });
    this.client.on('handover', ({ phase }) => {
      if (phase === 'completed') this.handOvers += 1;
    });
  }

  get channels(): readonly string[] {
    return [...this.#rooms.keys()];
  }

  position(channel: string) {
    return this.#rooms.get(channel)?.position;
  }

  join(channel: string): void {
    if (this.#rooms.has(channel)) return;
    const room = this.client.channel(channel);
    this.#rooms.set(channel, room);
    let position: Channel['position'];
    const process = this.name;
    room.on('joined', (joined) => {
      // a join after which the stream goes on promises nothing that the messages do not show
      if (position !== undefined && joined.recovered) return;
      const since = position;
      ({ position } = joined);
      this.#history.record({
        kind: 'joined',
        process,
        channel,
        at: this.#history.now(),
        ...(since && { since, recovered: false }),
        position,
        upTo: since?.offset ?? 0,
      });
    });
    room.on('message', ({ data, offset, epoch }) => {
      position = { epoch, offset };
      const at = this.#history.now();
      this.#history.record({ kind: 'handled', process, channel, epoch, offset, id: data.p, at });
    });
  }

  async leave(channel: string): Promise<void> {
    const room = this.#rooms.get(channel);
    this.#rooms.delete(channel);
    await room?.leave();
  }

  /** Publishes once, as far as the application is concerned. */
  publish(channel: string): void {
    const room = this.#rooms.get(channel);
    if (room === undefined) return;
    this.#published += 1;
    const id = `${this.name}-${this.#published}`;
    const beganAt = this.#history.now();
    const record = (
      result: Pick<
        Extract<History['events'][number], { kind: 'publish' }>,
        'outcome' | 'position' | 'reason'
      >,
    ) => {
      const event = { kind: 'publish', process: this.name, channel, id, beganAt, attempts: 1 } as const;
      this.#history.record({ ...event, endedAt: this.#history.now(), ...result });
    };
    const publish = async () => {
      try {
        const offset = await room.publish({ p: id });
        const epoch = this.#epochs.get(`${channel} ${offset}`)!;
        record({ outcome: 'ok', position: { epoch, offset } });
      } catch (error) {
        record({ outcome: 'unknown', reason: (error as BackchannelError).code });
      }
    };
    const publishing = publish().finally(() => this.#publishing.delete(publishing));
    this.#publishing.add(publishing);
  }

  /** Ends its connections as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Its connections lead nowhere for as long as they last. */
  stall(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  /** As after an hour and 50 minutes: a hand-over is due. */
  age(): void {
    this.clock.advance(116 * 60_000);
  }

  /** @returns once the outcome of each publish is known */
  async settled(): Promise<void> {
    await Promise.all(this.#publishing);
  }
}

/** `publish` returns only the offset. */
function noteEpochs(text: Buffer, epochs: Map<string, string>): void {
  const frame = JSON.parse(text.toString('utf8')) as ServerMessage | ServerMessage[];
  for (const message of Array.isArray(frame) ? frame : [frame]) {
    if (message.type === 'published') epochs.set(`${message.channel} ${message.offset}`, message.epoch);
  }
}
