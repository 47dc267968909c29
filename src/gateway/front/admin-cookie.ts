import { type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * The cookie by which the inspector has the admin token: a page cannot set a header for `EventSource`. It is set by the
 * link that is printed at the start, `/_gateway/?token=TOKEN`.
 */
const NAME = 'gateway-admin';

/** Cookies are not separated by port: each gateway of this machine needs its own name. */
const nameFor = ({ socket }: IncomingMessage) => `${NAME}-${socket.localPort}`;

/** @returns the token of the link, if the request is one */
export function tokenOfLink({ method, url = '' }: IncomingMessage): string | undefined {
  const [path, query] = url.split('?');
  if (method !== 'GET' || path !== '/_gateway/') return undefined;
  return new URLSearchParams(query).get('token') ?? undefined;
}

/** @returns the token of the cookie */
export function tokenOfCookie(request: IncomingMessage): string | undefined {
  const start = `${nameFor(request)}=`;
  const cookies = request.headers.cookie?.split(/; */) ?? [];
  return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length);
}

/** Sends the page's address without the token, so that it is not in the history, and the cookie. */
export function sendCookie(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  isSecure: boolean,
): void {
  const attributes = ['Path=/_gateway/', 'SameSite=Strict', 'HttpOnly', ...(isSecure ? ['Secure'] : [])];
  response
    .writeHead(303, {
      Location: '/_gateway/',
      'Set-Cookie': [`${nameFor(request)}=${token}`, ...attributes].join('; '),
      'Referrer-Policy': 'no-referrer',
    })
    .end();
}

/** The address of the inspector, with the token if there is one to print. */
export const inspectorUrl = (gatewayUrl: string, token?: string): string =>
  `${gatewayUrl}/_gateway/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
