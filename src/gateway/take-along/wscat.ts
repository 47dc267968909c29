import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type Copy, type CopyContext } from './copy.js';
import { stepOf } from '../story/step-of.js';
import { headerValue, subProtocols } from '../story/client-headers.js';
import { handshakeHeaders } from './text-headers.js';
import { command, quoted, withRemarks } from './shell.js';

/** How long `wscat` stays connected after it has sent a message. */
const WAIT_SECONDS = 5;

/** A handshake, or a message on a new connection with the same handshake, as `wscat` sends it. */
export function wscat(event: GatewayEvent, { gatewayUrl, handshake }: CopyContext): readonly Copy[] {
  const frame = stepOf(event, 'frame');
  const connect = event.type === 'handshake' ? event : frame && handshake;
  const request = connect && stepOf(connect, 'client_request');
  if (request === undefined) return [];
  const { url, headers = [] } = request;
  const host = headerValue(headers, 'host');
  const origin = headerValue(headers, 'origin');
  const text = command('npx wscat', [
    `--connect ${quoted(`${gatewayUrl.replace(/^http/, 'ws')}${url}`)}`,
    ...(host === undefined || host === new URL(gatewayUrl).host ? [] : [`--host ${quoted(host)}`]),
    ...(origin === undefined ? [] : [`--origin ${quoted(origin)}`]),
    ...subProtocols(headers).map((protocol) => `--subprotocol ${quoted(protocol)}`),
    ...handshakeHeaders(headers).map(([name, value]) => `--header ${quoted(`${name}:${value}`)}`),
    // with the equals sign, because a message may begin with a hyphen
    ...(frame === undefined ? [] : [`--execute=${quoted(frame.body.text)}`, `--wait ${WAIT_SECONDS}`]),
  ]);
  return [{ label: 'wscat', text: withRemarks(text, frame?.body) }];
}
