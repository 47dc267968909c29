import { type Random } from '../checker/random.ts';
import { type RecordedClient } from './recorded-client.js';

/** What happens to one client. */
const EVENTS = {
  /** Its connection breaks. */
  cut: 30,
  /** Its connection breaks, and nobody tells it. */
  stall: 8,
  /** Its connection is almost two hours old. */
  age: 30,
  /** It leaves a channel and joins it again at once. */
  rejoin: 12,
  /** It leaves one channel and joins another one. */
  move: 12,
  /** The network is said to be back, or the page is visible again. */
  wake: 8,
} as const;
export type ClientEvent = keyof typeof EVENTS;

export interface PlannedEvent {
  readonly event: ClientEvent;
  readonly client: number;
  /** Pause before it. */
  readonly afterMs: number;
  /** From 0 to 1, for further choices. */
  readonly choice: number;
}

/** Plans what happens to clients. Everything about it is decided by the seed. */
export function planEvents(count: number, clients: number, random: Random): readonly PlannedEvent[] {
  const weighted = Object.entries(EVENTS).flatMap(([event, weight]) =>
    Array.from({ length: weight }, () => event as ClientEvent),
  );
  return Array.from({ length: count }, () => ({
    event: random.pick(weighted),
    client: random.integer(0, clients - 1),
    afterMs: random.integer(20, 180),
    choice: random.next(),
  }));
}

/** @param channels all that there are */
export async function happen(
  { event, choice }: PlannedEvent,
  client: RecordedClient,
  channels: readonly string[],
): Promise<void> {
  const own = client.channels;
  const channel = own[Math.floor(choice * own.length)]!;
  switch (event) {
    case 'cut':
      return client.cut();
    case 'stall':
      return client.stall();
    case 'age':
      return client.age();
    case 'rejoin': {
      const left = client.leave(channel);
      client.join(channel);
      return left;
    }
    case 'move': {
      const left = client.leave(channel);
      client.join(channels[Math.floor(choice * channels.length)]!);
      return left;
    }
    case 'wake':
      return client.client.wake();
  }
  event satisfies never;
}
