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

/** The headers that a client has to be given. Their values are text: records have one character for each byte. */
export const givenHeaders = (headers: HeaderList): HeaderList =>
  headers
    .filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase()))
    .map(([name, value]) => [name, textOf(value)] as const);

/** The same for a handshake, without those of the WebSocket itself and those that a browser adds. */
export const handshakeHeaders = (headers: HeaderList): HeaderList =>
  givenHeaders(headers).filter(([name]) => !OF_A_HANDSHAKE.test(name));

const OF_A_HANDSHAKE =
  /^(?:host|origin|sec-websocket-.*|sec-fetch-.*|accept-encoding|accept-language|cache-control|pragma|user-agent)$/i;

export const headerValue = (headers: HeaderList, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1];

/** The sub-protocols that a client offered, in its order. */
export const subProtocols = (headers: HeaderList): readonly string[] =>
  headers
    .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
    .flatMap(([, value]) => value.split(','))
    .map((item) => item.trim());

function textOf(value: string): string {
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}
