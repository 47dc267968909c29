import {
  type Channel,
  connect,
  type ConnectOptions,
  type Message,
  type StatusChange,
} from '../../src/client/index.js';
import { FakeClock, FakeService, type FakeServiceOptions, settle } from '../../src/client/testing/index.js';

/** A fake service, a clock that stands still, and clients between them. */
export class SetUp {
  readonly clock = new FakeClock();
  readonly service: FakeService;

  constructor(options: FakeServiceOptions = {}) {
    this.service = new FakeService({ clock: this.clock, ...options });
  }

  connect(options: Partial<ConnectOptions> = {}) {
    return connect({ ...this.service.options, clock: this.clock, random: () => 0.5, ...options });
  }

  /** A client that is a member of a channel, with what the application sees of it. */
  async join(name = 'news', options: Partial<ConnectOptions> = {}) {
    const client = this.connect(options);
    const statuses: StatusChange[] = [];
    client.on('status', (change) => statuses.push(change));
    const room = client.channel(name);
    const seen = record(room);
    await settle();
    return { client, room, statuses, ...seen };
  }

  advance = async (ms: number): Promise<void> => this.clock.advance(ms);

  /** The requests with this action. */
  requests = (action: string) => this.service.requests.filter((request) => request.action === action);
}

type Room = Channel;

/** What the application sees, in order. */
export function record(room: Room) {
  const messages: Message[] = [];
  const offsets: number[] = [];
  const events: string[] = [];
  room.on('message', (message) => {
    messages.push(message);
    offsets.push(message.offset);
    events.push(`message ${message.offset}`);
  });
  room.on('joined', ({ recovered, replayed }) => events.push(`joined ${recovered} ${replayed}`));
  room.on('error', ({ code }) => events.push(`error ${code}`));
  room.on('member', ({ event, connectionId }) => events.push(`${connectionId} ${event}`));
  return { messages, offsets, events };
}

export const MINUTE = 60_000;

/** 1 to `count`. */
export const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
