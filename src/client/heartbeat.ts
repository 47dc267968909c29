import type { Link } from './link.js';
import type { Settings } from './options.js';
import type { Platform } from './platform.js';
import type { Position } from './types.js';
import { utf8Length } from './utf8-length.js';

export interface HeartbeatEvents {
  /** By channel: up to where the client has every message. */
  positions(): Iterable<readonly [channel: string, position: Position]>;
  /** The service has a later position. */
  isBehind(channel: string, position: Position): void;
}

/**
 * Sends pings: they keep the connection from becoming idle, show that it still exists, and find messages that were lost
 * in channels in which nothing follows.
 */
export class Heartbeat {
  readonly #settings: Settings;
  readonly #platform: Platform;
  readonly #events: HeartbeatEvents;
  #link: Link | undefined;
  #timer: unknown;
  #deadline: unknown;

  constructor(settings: Settings, platform: Platform, events: HeartbeatEvents) {
    this.#settings = settings;
    this.#platform = platform;
    this.#events = events;
  }

  start(link: Link): void {
    this.stop();
    this.#link = link;
    // clients that have connected together do not ping together
    this.#beatAfter(this.#settings.heartbeatMs * (0.5 + this.#platform.random() / 2));
  }

  stop(): void {
    const { clock } = this.#platform;
    this.#link = undefined;
    clock.clearTimeout(this.#timer);
    this.#clearDeadline();
  }

  /**
   * Sends a ping now.
   *
   * @param pongMs the connection is given up if nothing arrives within this time
   */
  beat(pongMs: number = PONG_MS): void {
    const link = this.#link;
    if (link === undefined) return;
    const { clock } = this.#platform;
    const { frames } = link;
    clock.clearTimeout(this.#timer);
    this.#beatAfter(this.#settings.heartbeatMs);
    // the heartbeats before it may have had more time
    if (pongMs < PONG_MS) this.#clearDeadline();
    // anything that arrives shows that the connection exists, also if the service is too slow for a pong
    this.#deadline ??= clock.setTimeout(() => {
      this.#deadline = undefined;
      if (link.frames === frames) link.end(`Nothing was received for ${pongMs / 1000} s after a ping.`);
    }, pongMs);
    for (const fields of this.#pings()) {
      link.request('ping', fields, (reply) => {
        if (reply.type !== 'pong' || link !== this.#link) return;
        for (const { channel, ...position } of reply.behind ?? []) this.#events.isBehind(channel, position);
      });
    }
  }

  #clearDeadline(): void {
    this.#platform.clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #beatAfter(ms: number): void {
    this.#timer = this.#platform.clock.setTimeout(() => this.beat(), ms);
  }

  /** @returns the fields of one ping or, if the positions do not fit into one frame, of several */
  #pings(): readonly string[] {
    const pings: string[] = [];
    let positions = '';
    for (const [channel, position] of this.#events.positions()) {
      const next = `${JSON.stringify(channel)}:${JSON.stringify(position)}`;
      if (utf8Length(positions) + utf8Length(next) > POSITIONS_BYTES) {
        pings.push(positions);
        positions = '';
      }
      positions += positions === '' ? next : `,${next}`;
    }
    return [...pings, positions].map((fields) => (fields === '' ? '' : `,"positions":{${fields}}`));
  }
}

/** API Gateway gives the service up after 29 s, and says so: after this time, it is the connection that is gone. */
const PONG_MS = 30_000;
/** A frame has 32 KB. */
const POSITIONS_BYTES = 32_000;
