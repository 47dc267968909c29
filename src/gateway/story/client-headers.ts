import { type HeaderList } from '../recorder/gateway-event.js';

/** Headers that every HTTP client sets itself, for each connection or message. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers by which a client and a server agree on a WebSocket. */
const OF_A_WEB_SOCKET = /^sec-websocket-/i;

/** The headers that a client has to be given, to send the same request again. */
export const givenHeaders = (headers: HeaderList): HeaderList =>
  headers.filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase()) && !OF_A_WEB_SOCKET.test(name));

export const headerValue = (headers: HeaderList, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1];

/** The sub-protocols that a client offered, in its order. */
export const subProtocols = (headers: HeaderList): readonly string[] =>
  headers
    .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
    .flatMap(([, value]) => value.split(','))
    .map((item) => item.trim());
