import { clientError } from './errors.js';

/** Timers, and a time in milliseconds that only differences are taken of. */
export interface Clock {
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

// A method's parameters are compared in both directions: each platform has event types of its own.
type Handler<E> = { handle(event: E): void }['handle'] | null;

/** What the client uses of a WebSocket: those of browsers, Node.js, React Native and the package `ws` have it. */
export interface WebSocketLike {
  onopen: Handler<object>;
  onmessage: Handler<{ readonly data: unknown }>;
  onerror: Handler<object>;
  onclose: Handler<{ readonly code?: number; readonly reason?: string }>;
  send(text: string): void;
  close(code?: number): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** Everything that differs from platform to platform, and that a test replaces. */
export interface Platform {
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly clock: Clock;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export const platformOf = ({ WebSocket, clock, random }: Partial<Platform>): Platform => ({
  // looked up now: a global one may be a test's
  WebSocket: WebSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket,
  clock: clock ?? SYSTEM_CLOCK,
  random: random ?? Math.random,
});

/** @throws {BackchannelError} `no_web_socket` */
export function openWebSocket({ WebSocket }: Platform, url: string, protocols: string[]): WebSocketLike {
  if (WebSocket === undefined) throw clientError('no_web_socket');
  return new WebSocket(url, protocols);
}

interface Target {
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
}
interface Page extends Target {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly onLine?: boolean };
}
const page = globalThis as Page;

/** Whether the browser knows that there is no network. */
export const isOffline = (): boolean => page.navigator?.onLine === false;

/**
 * Calls `wake` when the network comes back or changes, and when the page becomes visible: timers of a hidden page are
 * late, and its connection may have ended unnoticed.
 *
 * @returns a function that removes the listeners
 */
export function watchPage(wake: () => void): () => void {
  const { document } = page;
  const becameVisible = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  const watched: readonly [Target | undefined, string, () => void][] = [
    [page, 'online', wake],
    [page, 'offline', wake],
    [document, 'visibilitychange', becameVisible],
  ];
  for (const [target, event, listener] of watched) target?.addEventListener?.(event, listener);
  return () => {
    for (const [target, event, listener] of watched) target?.removeEventListener?.(event, listener);
  };
}
