import { type OpenConnection } from '../admin/open-connection.js';
import { type FaultSettings } from '../faults.js';
import { type EventFilter, type GatewayEvent } from '../recorder/gateway-event.js';

/** A gateway in this process, for tests. */
export interface RunningGateway {
  /** `http://127.0.0.1:PORT`, without a stage: the endpoint of the control plane and of `/_gateway/`. */
  readonly endpoint: string;
  /** The token for commands by HTTP: given, or generated because `host` is not loopback. */
  readonly adminToken: string | undefined;
  readonly clock: GatewayClock;
  readonly faults: GatewayFaults;
  /**
   * The URL of a stage, for plain HTTP; for the stage `$default` it is `endpoint`, or ends with the API's id.
   *
   * @param stage may be left out if there is only one. If both a WebSocket API and an HTTP API have it, that of the HTTP
   *   API is meant
   * @param api its logical id, name or id; required if several APIs have such a stage
   * @throws {Error} there is no such stage, or several; the message lists the stages
   */
  url(stage?: string, api?: string): string;
  /** The URL for WebSocket clients, such as `ws://127.0.0.1:PORT/dev`; parameters as for `url`, of WebSocket APIs. */
  webSocketUrl(stage?: string, api?: string): string;
  /** The `endpoint` of an `ApiGatewayManagementApiClient`; parameters as for `url`, of WebSocket APIs. */
  managementEndpoint(stage?: string, api?: string): string;
  /** The connections that are open now. */
  connections(): readonly OpenConnection[];
  /** What has happened since the start or the last `reset`, oldest first; the newest that fit into 32 MB. */
  events(filter?: EventFilter | EventPredicate): readonly GatewayEvent[];
  /**
   * Waits for an event. One that has already happened counts, too: a test need not wait before it acts.
   *
   * @param filter values that the event must have, or a function
   * @returns the first such event
   * @throws {Error} there is none within the time, and the message lists the events that there were; or the gateway is
   *   closed
   */
  waitFor(filter: EventFilter | EventPredicate, options?: WaitOptions): Promise<GatewayEvent>;
  /**
   * Prepares for the next test: closes all connections and waits for their `$disconnect`, removes faults, resets clock
   * and throttles, and forgets all events. APIs stay.
   *
   * @param options with `apis: 'start'`, the APIs are those of the templates again, with the ids that these had
   */
  reset(options?: { readonly apis?: 'keep' | 'start' }): Promise<void>;
  /**
   * Closes all connections, waits for their `$disconnect`, and stops. Afterwards there are `events()` and `connections()`
   * still; everything else throws.
   */
  close(): Promise<void>;
  /** Does the same as `close`, for `await using`, which needs Node.js 24 or a compiler. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The gateway's clock. It follows the machine's clock, and can be moved forward. */
export interface GatewayClock {
  /** The gateway's time. */
  now(): Date;
  /**
   * Moves the clock forward. Everything that becomes due in between happens, in order: idle connections close after 10
   * minutes, all connections after 2 hours.
   *
   * @param duration `"2h"`, `"10m"`, `"30s"`, `"5ms"`, `"1d"`, or milliseconds; at most 30 days
   * @returns the new time
   */
  advance(duration: string | number): Date;
}

/** The faults that the gateway injects. */
export interface GatewayFaults {
  /**
   * Replaces all faults.
   *
   * @returns the faults, with the seed of their random choices
   * @throws {Error} names each wrong field and what is expected
   */
  set(settings: FaultSettings): FaultSettings;
  /** Removes all faults. */
  clear(): void;
}

/** @returns whether it is the wanted event; no promise */
export type EventPredicate = (event: GatewayEvent) => boolean;

export interface WaitOptions {
  /** In milliseconds, by real time; by default 5,000, at most 2,147,483,647. */
  readonly timeout?: number;
  /** Only events with a greater `id` count: that of the last event that was waited for. */
  readonly after?: number;
}
