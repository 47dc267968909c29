import type { ServerMessage } from '../api/messages.js';
import { reconnectMs } from './backoff.js';
import { dial } from './dial.js';
import type { BackchannelError } from './errors.js';
import { Heartbeat, type HeartbeatEvents } from './heartbeat.js';
import type { Link } from './link.js';
import type { Settings } from './options.js';
import { isOffline, type Platform, watchPage } from './platform.js';
import type { HandOver, Status, StatusChange } from './types.js';

export interface ConnectionEvents extends HeartbeatEvents {
  status(change: StatusChange): void;
  handOver(change: HandOver): void;
  /** A connection is open: channels are joined on it. */
  opened(link: Link): void;
  /** It is the one to send to. */
  activated(link: Link): void;
  closed(link: Link): void;
  received(link: Link, message: ServerMessage, isActive: boolean): void;
  /** Whether everything that comes on the active connection comes on this one, too. */
  isReady(link: Link): boolean;
  /** Something failed that is attempted again. */
  failed(error: BackchannelError): void;
  /** No further attempt is made. */
  ended(error: BackchannelError): void;
}

/** Stays connected: opens a connection when there is none, and replaces it before its time is over. */
export class Connection {
  readonly #settings: Settings;
  readonly #platform: Platform;
  readonly #events: ConnectionEvents;
  readonly #heartbeat: Heartbeat;
  #status: Status = 'idle';
  /** The connection that is used. */
  #active: Link | undefined;
  /** The connection that is to take its place. */
  #next: Link | undefined;
  /** Connections that only wait for replies. */
  readonly #draining = new Set<Link>();
  /** Gives up the attempt in flight. */
  #stopDialing: (() => void) | undefined;
  /** Of the next attempt to connect, or of the next hand-over. */
  #timer: unknown;
  #handOverAt = Infinity;
  /** For the connection that is being opened: when it is to be replaced. */
  #replaceNextMs = Infinity;
  /** Failed attempts since a message of the service was received. */
  #attempts = 0;
  /** Whether the token may be the reason why the last handshake failed; asked for once. */
  #refresh: 'no' | 'due' | 'done' = 'no';
  #unwatch: (() => void) | undefined;

  constructor(settings: Settings, platform: Platform, events: ConnectionEvents) {
    this.#settings = settings;
    this.#platform = platform;
    this.#events = events;
    this.#heartbeat = new Heartbeat(settings, platform, events);
  }

  get status(): Status {
    return this.#status;
  }

  /** Connects, unless it has begun to. */
  start(): void {
    if (this.#status !== 'idle') return;
    this.#unwatch = watchPage(() => this.wake());
    this.#connect();
  }

  /** Connects now instead of later, or checks the connection. */
  wake(): void {
    if (this.#status === 'waiting' && !isOffline()) this.#connect();
    else if (this.#status === 'connected') this.#heartbeat.beat(WAKE_PONG_MS);
  }

  /** Replaces the connection after this time, unless that is planned earlier. */
  replaceAfter(ms: number): void {
    if (this.#active === undefined) return;
    if (this.#next !== undefined || this.#stopDialing !== undefined) {
      // the one that is being opened may be meant, too
      this.#replaceNextMs = Math.min(this.#replaceNextMs, ms);
      return;
    }
    const { clock } = this.#platform;
    const at = clock.now() + ms;
    if (at >= this.#handOverAt) return;
    clock.clearTimeout(this.#timer);
    this.#handOverAt = at;
    this.#timer = clock.setTimeout(() => {
      this.#handOverAt = Infinity;
      this.#events.handOver({ phase: 'started' });
      this.#dial();
    }, ms);
  }

  /** The channels have received or joined something. */
  changed(): void {
    const next = this.#next;
    const old = this.#active;
    if (next === undefined || old === undefined || !this.#events.isReady(next)) return;
    this.#next = undefined;
    this.#activate(next);
    this.#draining.add(old);
    this.#events.handOver({ phase: 'completed' });
    old.whenIdle(() => {
      this.#draining.delete(old);
      this.#events.closed(old);
      old.drop();
    });
  }

  /** @returns once no connection is open */
  async close(reason?: BackchannelError): Promise<void> {
    if (this.#status === 'closed') return;
    this.#platform.clock.clearTimeout(this.#timer);
    this.#heartbeat.stop();
    this.#unwatch?.();
    this.#stopDialing?.();
    const links = [this.#active, this.#next, ...this.#draining].filter((link) => link !== undefined);
    this.#active = undefined;
    this.#next = undefined;
    this.#draining.clear();
    this.#setStatus('closed', { error: reason });
    await Promise.all(links.map((link) => link.close()));
  }

  #connect(): void {
    this.#platform.clock.clearTimeout(this.#timer);
    this.#setStatus('connecting');
    this.#dial();
  }

  #dial(): void {
    const refresh = this.#refresh === 'due';
    if (refresh) this.#refresh = 'done';
    this.#stopDialing = dial(this.#settings, this.#platform, refresh, {
      opened: (link) => this.#opened(link),
      received: (link, message) => this.#received(link, message),
      ended: (link, error) => this.#ended(link, error),
      failed: (error, isFinal) => this.#failed(error, isFinal),
    });
  }

  #opened(link: Link): void {
    this.#stopDialing = undefined;
    if (this.#active === undefined) {
      this.#events.opened(link);
      this.#activate(link);
      this.#setStatus('connected');
    } else {
      this.#next = link;
      this.#events.opened(link);
      this.changed();
    }
  }

  #activate(link: Link): void {
    this.#active = link;
    this.#heartbeat.start(link);
    this.#events.activated(link);
    const { handOverMs, handOverJitterMs } = this.#settings;
    const ageMs = handOverMs + (2 * this.#platform.random() - 1) * handOverJitterMs;
    this.#handOverAt = Infinity;
    this.replaceAfter(Math.min(ageMs, this.#replaceNextMs));
    this.#replaceNextMs = Infinity;
  }

  #received(link: Link, message: ServerMessage): void {
    if (message.type === 'error' && message.code === 'unknown_connection') {
      return link.end('The service does not know the connection any more.');
    }
    this.#attempts = 0;
    this.#refresh = 'no';
    if (message.type === 'reconnect' && !this.#draining.has(link)) this.replaceAfter(message.afterMs);
    this.#events.received(link, message, link === this.#active);
  }

  #ended(link: Link, error: BackchannelError): void {
    this.#events.closed(link);
    if (this.#draining.delete(link)) return;
    if (link === this.#next) {
      this.#next = undefined;
      return this.#handOverFailed(error);
    }
    if (link !== this.#active) return;
    this.#active = undefined;
    this.#heartbeat.stop();
    this.#platform.clock.clearTimeout(this.#timer);
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) {
      // it has joined or is about to, so that nothing is missed
      this.#activate(next);
      this.#events.handOver({ phase: 'completed' });
    } else if (this.#stopDialing !== undefined) {
      // the attempt of the hand-over goes on, as an ordinary attempt
      this.#events.handOver({ phase: 'failed', error });
      this.#setStatus('connecting', { error });
    } else this.#wait(error);
  }

  #failed(error: BackchannelError, isFinal: boolean): void {
    this.#stopDialing = undefined;
    if (this.#active !== undefined) return this.#handOverFailed(error);
    if (isFinal) return this.#events.ended(error);
    // without a status, as in a browser, the reason may be the token
    if (error.code === 'not_connected' && error.status === undefined && this.#refresh === 'no') {
      this.#refresh = 'due';
    }
    if (error.code === 'no_token') this.#events.failed(error);
    this.#wait(error);
  }

  #handOverFailed(error: BackchannelError): void {
    this.#events.handOver({ phase: 'failed', error });
    this.replaceAfter(this.#nextDelayMs());
  }

  #wait(error: BackchannelError): void {
    const delayMs = this.#nextDelayMs();
    const retryMs = isOffline() ? Math.max(delayMs, this.#settings.maxBackoffMs) : delayMs;
    this.#timer = this.#platform.clock.setTimeout(() => this.#connect(), retryMs);
    this.#setStatus('waiting', { error, retryMs });
  }

  #nextDelayMs(): number {
    this.#attempts += 1;
    const { spreadMs, maxBackoffMs } = this.#settings;
    return reconnectMs(this.#attempts, spreadMs, maxBackoffMs, this.#platform.random());
  }

  #setStatus(status: Status, change: Omit<StatusChange, 'status'> = {}): void {
    this.#status = status;
    this.#events.status({ status, ...change });
  }
}

/** The page was hidden, or the network away: a connection that is gone is likely, and somebody waits. */
const WAKE_PONG_MS = 10_000;
