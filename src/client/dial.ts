import type { ServerMessage } from '../api/messages.js';
import { BackchannelError, clientError } from './errors.js';
import { handshakeOf } from './handshake.js';
import { Link, type LinkEnd } from './link.js';
import type { Settings } from './options.js';
import type { Platform } from './platform.js';

export interface DialEvents {
  opened(link: Link): void;
  received(link: Link, message: ServerMessage): void;
  /** A connection that was open has ended. */
  ended(link: Link, error: BackchannelError): void;
  /** The attempt failed. @param isFinal whether another one would fail, too */
  failed(error: BackchannelError, isFinal: boolean): void;
}

/**
 * Makes one attempt to open a connection, with a token of its own.
 *
 * @returns a function that gives the attempt up; it does not close a connection that was opened
 */
export function dial(
  settings: Settings,
  platform: Platform,
  refresh: boolean,
  events: DialEvents,
): () => void {
  const abort = new AbortController();
  let link: Link | undefined;
  const timer = platform.clock.setTimeout(
    () => fail(clientError('not_connected', `There was no response within ${CONNECT_MS / 1000} s.`)),
    CONNECT_MS,
  );

  /** @returns whether this is the first of the ways in which an attempt ends */
  const finish = (): boolean => {
    if (abort.signal.aborted) return false;
    platform.clock.clearTimeout(timer);
    abort.abort();
    return true;
  };
  const fail = (error: BackchannelError) => {
    if (!finish()) return;
    link?.drop();
    events.failed(error, FINAL.has(error.code));
  };
  const open = (token: string | undefined) => {
    if (abort.signal.aborted) return;
    const { url, protocols } = handshakeOf(settings, token);
    const opening = new Link(platform, url, protocols, {
      opened: () => {
        if (finish()) events.opened(opening);
      },
      received: (message) => events.received(opening, message),
      ended: (end) => {
        if (abort.signal.aborted) events.ended(opening, errorOf(end));
        else fail(errorOf(end));
      },
    });
    link = opening;
  };
  const start = async () => {
    let token: string | undefined;
    try {
      token = await settings.token?.({ signal: abort.signal, refresh });
    } catch (cause) {
      if (cause instanceof BackchannelError && cause.code === 'unauthorized') throw cause;
      throw clientError('no_token', String(cause), { cause });
    }
    open(token);
  };
  start().catch((error: unknown) => {
    fail(
      error instanceof BackchannelError
        ? error
        : clientError('bad_options', `The WebSocket refuses them: ${String(error)}`, { cause: error }),
    );
  });
  return () => {
    if (finish()) link?.drop();
  };
}

function errorOf({ code, message, status }: LinkEnd): BackchannelError {
  if (status === 401 || status === 403) return clientError('unauthorized', `Status ${status}.`, { status });
  const detail = [code === undefined ? '' : `Close code ${code}.`, message].filter(Boolean).join(' ');
  return clientError('not_connected', detail, { status });
}

/** No further attempt can end in another way. */
const FINAL: ReadonlySet<string> = new Set([
  'unauthorized',
  'url_too_long',
  'bad_token',
  'no_web_socket',
  'bad_options',
]);

/** API Gateway gives an integration 29 s, but a handshake that takes this long is better repeated. */
const CONNECT_MS = 15_000;
