import { clientError } from './errors.js';
import type { Settings } from './options.js';

/** What a WebSocket is opened with. */
export interface Handshake {
  readonly url: string;
  readonly protocols: string[];
}

/** @throws {BackchannelError} `url_too_long`, `bad_token` */
export function handshakeOf({ url: base, tokenIn }: Settings, token: string | undefined): Handshake {
  const protocols = ['backchannel.batch'];
  let url = base;
  if (token !== undefined && tokenIn === 'query') {
    url += `${base.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`;
  } else if (token !== undefined) {
    if (!SUB_PROTOCOL.test(token)) throw clientError('bad_token');
    protocols.push(`token.${token}`);
  }
  if (url.length > URL_CHARACTERS) throw clientError('url_too_long', `This one has ${url.length}.`);
  return { url, protocols };
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const SUB_PROTOCOL = /^[\w!#$%&'*+.^`|~-]+$/;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const URL_CHARACTERS = 4096;
