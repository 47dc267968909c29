import { BackchannelError, clientError } from './errors.js';
import type { Platform } from './platform.js';

/** What a `token` function is called with. */
export interface TokenRequest {
  readonly signal: AbortSignal;
  /** The last handshake failed, and its token may be the reason: a stored token should not be used again. */
  readonly refresh: boolean;
}

/** Numbers of milliseconds unless the name says something else. */
export interface ConnectOptions extends Partial<Platform> {
  /** `wss://{api-id}.execute-api.{region}.amazonaws.com/{stage}`, without the token. */
  readonly url: string;
  /** Called for each attempt to connect. If it throws a BackchannelError `unauthorized`, the client is closed. */
  readonly token?: ((request: TokenRequest) => string | Promise<string>) | undefined;
  /** How the token is sent: as a sub-protocol, or as `?token=` in the URL, where access logs may show it. */
  readonly tokenIn?: 'protocol' | 'query' | undefined;
  /**
   * Whether the service knows the user, by the token or by an authorizer. Only then is a publish whose reply was lost
   * repeated on another connection. Default: whether there is a `token`.
   */
  readonly isAuthenticated?: boolean | undefined;
  /** Between two heartbeats, which also find messages that were lost. Each is a message that AWS bills. */
  readonly heartbeatMs?: number | undefined;
  /** Age at which a connection is replaced; API Gateway ends it at two hours. */
  readonly handOverMs?: number | undefined;
  /** The age varies by up to this much, in both directions. */
  readonly handOverJitterMs?: number | undefined;
  /** Clients that lose their connections together come back within this time: at least 4 ms for each of them. */
  readonly spreadMs?: number | undefined;
  /** The longest window of the backoff between two attempts, unless twice `spreadMs` is longer. */
  readonly maxBackoffMs?: number | undefined;
  /** The number of messages that may wait to be published, in all channels together. */
  readonly queueLimit?: number | undefined;
  /** For how long the service recognises a message that is sent again: its `PUBLISH_ONCE_SECONDS`. */
  readonly publishKeyMs?: number | undefined;
  /** The number of messages that an iteration may be behind. */
  readonly iterationLimit?: number | undefined;
  /** Closes the client when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const MINUTE = 60_000;

/** Defaults of the numbers, with their bounds. docs/client.md lists them. */
export const NUMBERS = {
  // PROTOCOL.md: at least every minute; API Gateway ends a connection that is idle for ten minutes
  heartbeatMs: [MINUTE, 1000, 9 * MINUTE],
  handOverMs: [110 * MINUTE, MINUTE, 119 * MINUTE],
  handOverJitterMs: [5 * MINUTE, 0, 30 * MINUTE],
  spreadMs: [4000, 0, 60 * MINUTE],
  maxBackoffMs: [30_000, 1000, 60 * MINUTE],
  queueLimit: [100, 1, 100_000],
  publishKeyMs: [300_000, 1000, 604_800_000],
  iterationLimit: [1000, 1, 1_000_000],
} as const satisfies Record<string, readonly [fallback: number, min: number, max: number]>;

type Numbers = { readonly [N in keyof typeof NUMBERS]: number };

export type Settings = Numbers &
  Pick<ConnectOptions, 'url' | 'token'> & {
    readonly tokenIn: 'protocol' | 'query';
    readonly isAuthenticated: boolean;
  };

/** @throws {BackchannelError} `bad_options` */
export function readOptions(options: ConnectOptions): Settings {
  const { url, token, tokenIn = 'protocol', isAuthenticated = token !== undefined } = options;
  if (typeof url !== 'string' || !/^wss?:\/\/[^#]+$/.test(url)) {
    throw wrong('url', url, 'wss://… without a fragment');
  }
  if (token !== undefined && typeof token !== 'function') throw wrong('token', typeof token, 'a function');
  if (tokenIn !== 'protocol' && tokenIn !== 'query') throw wrong('tokenIn', tokenIn, '"protocol" or "query"');
  const numbers = Object.entries(NUMBERS).map(([name, [fallback, min, max]]) => {
    const value = options[name as keyof Numbers] ?? fallback;
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw wrong(name, value, `a number from ${min} to ${max}`);
    return [name, value];
  });
  return { ...(Object.fromEntries(numbers) as Numbers), url, token, tokenIn, isAuthenticated };
}

const wrong = (name: string, value: unknown, expected: string): BackchannelError =>
  clientError('bad_options', `${name} is ${String(value)}, expected ${expected}.`);
