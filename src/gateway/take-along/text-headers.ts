import { type HeaderList } from '../recorder/gateway-event.js';
import { givenHeaders } from '../story/client-headers.js';

/** The headers that a client has to be given, as text: records have one character for each byte. */
export const textHeaders = (headers: HeaderList): HeaderList =>
  givenHeaders(headers).map(([name, value]) => [name, textOf(value)] as const);

/** The same for a handshake, without those that a browser or a tool adds. */
export const handshakeHeaders = (headers: HeaderList): HeaderList =>
  textHeaders(headers).filter(([name]) => !OF_A_TOOL.test(name));

const OF_A_TOOL =
  /^(?:host|origin|sec-fetch-.*|accept-encoding|accept-language|cache-control|pragma|user-agent)$/i;

function textOf(value: string): string {
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}
