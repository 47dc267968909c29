import { type FaultKind } from './guarantees.ts';

/** A place in a channel's log. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/**
 * - `ok`: acknowledged.
 * - `failed`: it certainly has had no effect.
 * - `unknown`: it may have had its effect, or may still have it.
 */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** A message that was published, with all attempts. `id` is in its data, so that it can be found again. */
export interface PublishEvent {
  readonly kind: 'publish';
  readonly process: string;
  readonly channel: string;
  readonly id: string;
  /** The `Idempotency-Key` of a backend, or the `key` of a client, if there was one. */
  readonly key?: string;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Of an acknowledged message. */
  readonly position?: Position;
  /** The last error, for people. */
  readonly reason?: string;
}

/** A message that was sent again with its key after it had been acknowledged. */
export interface RepeatEvent {
  readonly kind: 'repeat';
  readonly process: string;
  readonly channel: string;
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly position: Position;
}

/** The reply to a `join`. */
export interface JoinedEvent {
  readonly kind: 'joined';
  readonly process: string;
  readonly channel: string;
  readonly at: number;
  readonly since?: Position;
  readonly position: Position;
  readonly recovered?: boolean;
  /** The offset up to which the member had every message when the reply came. */
  readonly upTo: number;
}

/** A message that a member received, with the epoch that the member stored for the channel. */
interface ReceivedMessage {
  readonly process: string;
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
  readonly id: string;
  readonly at: number;
}

/** A message that a member handled: the next one after those that it had. */
export interface HandledEvent extends ReceivedMessage {
  readonly kind: 'handled';
}

/** A message that a member dropped, because it had that offset. */
export interface DroppedEvent extends ReceivedMessage {
  readonly kind: 'dropped';
}

/** A member was notified that it may have missed something, other than by `recovered: false`. */
export interface NoticeEvent {
  readonly kind: 'notice';
  readonly process: string;
  readonly reason: 'memberships_lost' | 'unknown_connection' | 'not_joined' | 'closed';
  readonly at: number;
  /** When the handshake of its connection began. */
  readonly openedAt: number;
}

/** A member that has left a channel. */
export interface LeftEvent {
  readonly kind: 'left';
  readonly process: string;
  readonly channel: string;
  readonly at: number;
}

/** A fault, from the moment it could have an effect until everything works again. */
export interface FaultEvent {
  readonly kind: 'fault';
  readonly fault: FaultKind;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly detail: string;
}

/** A task began to post a message of a channel to a connection. */
export interface PostEvent {
  readonly kind: 'post';
  readonly task: number;
  readonly connectionId: string;
  readonly channel: string;
  readonly offset: number;
  readonly at: number;
}

/** A task was frozen and continued. */
export interface FrozenEvent {
  readonly kind: 'frozen';
  readonly task: number;
  readonly beganAt: number;
  readonly endedAt: number;
}

/** A task ended although no fault ended it. */
export interface CrashEvent {
  readonly kind: 'crash';
  readonly task: number;
  readonly at: number;
  readonly reason: string;
}

/** The log of a channel at the end. */
export interface LogEvent {
  readonly kind: 'log';
  readonly channel: string;
  readonly position: Position;
  readonly entries: readonly { readonly offset: number; readonly id: string }[];
}

/** What a live member had of a channel at the end, when it had time to receive the last message. */
export interface FinalEvent {
  readonly kind: 'final';
  readonly process: string;
  readonly channel: string;
  /** Undefined: it never became a member. */
  readonly position?: Position;
}

/** The members of a channel at the end: according to the service, and those that are. */
export interface PresenceEvent {
  readonly kind: 'presence';
  readonly channel: string;
  readonly present: readonly string[];
  readonly live: readonly string[];
}

export type HistoryEvent =
  | PublishEvent
  | RepeatEvent
  | JoinedEvent
  | HandledEvent
  | DroppedEvent
  | NoticeEvent
  | LeftEvent
  | FaultEvent
  | PostEvent
  | FrozenEvent
  | CrashEvent
  | LogEvent
  | FinalEvent
  | PresenceEvent;

/** Everything that was done and seen in a run. Times are in milliseconds since its start. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #startedAt = performance.now();

  now(): number {
    return Math.round((performance.now() - this.#startedAt) * 10) / 10;
  }

  /** Events of one process must be recorded in their order. */
  record(event: HistoryEvent): void {
    this.events.push(event);
  }

  /** The history as lines of JSON. */
  text(): string {
    return this.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}
