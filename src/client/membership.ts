import type { ServerMessage } from '../api/messages.js';
import { retryMs } from './backoff.js';
import { BackchannelError } from './errors.js';
import type { Link, Reply } from './link.js';
import type { Platform } from './platform.js';
import type { Position } from './types.js';

export type JoinedReply = Extract<ServerMessage, { readonly type: 'joined' }>;

/** What a join was sent with. */
export interface JoinRequest {
  readonly since: Position | undefined;
  /** The number of messages that had arrived. */
  readonly arrivals: number;
  /** Whether it fetches messages that did not arrive in time. */
  readonly isForGap: boolean;
}

export interface MembershipEvents {
  /** What the next join has to be sent with. */
  request(): Omit<JoinRequest, 'isForGap'>;
  joined(membership: Membership, request: JoinRequest, reply: JoinedReply): void;
  refused(membership: Membership): void;
}

/** A channel on one connection: joins, and joins again where that is needed. */
export class Membership {
  readonly link: Link;
  readonly #name: string;
  readonly #platform: Platform;
  readonly #events: MembershipEvents;
  isJoined = false;
  /** Why the service refuses the channel. */
  error: BackchannelError | undefined;
  /** The join in flight. */
  #joining: JoinRequest | undefined;
  /** A join is needed after the one in flight; true if it is for a gap. */
  #next: boolean | undefined;
  /** A join or leave without a reply may still take effect. */
  #isUncertain = false;
  #attempts = 0;
  #timer: unknown;
  #left: ((isCertain: boolean) => void) | undefined;

  constructor(link: Link, name: string, platform: Platform, events: MembershipEvents) {
    this.link = link;
    this.#name = name;
    this.#platform = platform;
    this.#events = events;
  }

  /** Whether messages that arrive now may be older than the connection. */
  get isCatchingUp(): boolean {
    return this.#joining?.since !== undefined;
  }

  join(isForGap = false): void {
    if (this.#left !== undefined || this.error !== undefined) return;
    if (this.#joining !== undefined) {
      this.#next = isForGap;
      return;
    }
    this.#stopTimer();
    const request = { ...this.#events.request(), isForGap };
    this.#joining = request;
    const since = request.since === undefined ? '' : `,"since":${JSON.stringify(request.since)}`;
    this.link.request('join', `,"channel":${JSON.stringify(this.#name)}${since}`, (reply) =>
      this.#settle(request, reply),
    );
  }

  /** The service says that it is no member. */
  lost(): void {
    this.isJoined = false;
    this.join();
  }

  /** @param left called once, with whether it is certain that no earlier join or leave takes effect later */
  leave(left: (isCertain: boolean) => void): void {
    this.#stopTimer();
    this.#left = left;
    if (this.#joining === undefined) this.#leave();
  }

  /** The connection has ended. */
  end(): void {
    this.#stopTimer();
  }

  #settle(request: JoinRequest, reply: Reply): void {
    this.#joining = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (reply.type !== 'joined') this.#isUncertain = true;
    if (this.#left !== undefined) return this.#leave();
    if (reply.type === 'joined') {
      this.#attempts = 0;
      this.isJoined = true;
      this.#events.joined(this, request, reply);
      if (next !== undefined) this.join(next);
    } else if (reply.type === 'error' && REFUSALS.has(reply.code)) {
      this.error = new BackchannelError(reply.code as BackchannelError['code'], reply.message);
      this.#events.refused(this);
    } else if (!this.link.isEnded) {
      this.#attempts += 1;
      const ms = retryMs(this.#attempts, this.#platform.random());
      this.#timer = this.#platform.clock.setTimeout(() => this.join(request.isForGap), ms);
    }
  }

  #leave(): void {
    this.link.request('leave', `,"channel":${JSON.stringify(this.#name)}`, (reply) => {
      const isGone = this.link.isEnded || (reply.type === 'error' && reply.code === 'unknown_connection');
      this.#left?.(isGone || (reply.type === 'left' && !this.#isUncertain));
    });
  }

  #stopTimer(): void {
    this.#platform.clock.clearTimeout(this.#timer);
  }
}

/** Errors to which a further join on the same connection would lead, too. */
const REFUSALS: ReadonlySet<string> = new Set([
  'not_permitted',
  'channel_name_too_long',
  'too_many_channels',
  'bad_message',
]);
