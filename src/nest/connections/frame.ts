import { type JsonText, type ServerMessage } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { TooLargeError } from '../callback/callback.errors.js';

/** A message as text for clients, serialized once for all recipients. */
export type Frame = string & { readonly _: 'Frame' };

/** @throws {TooLargeError} it is larger than API Gateway allows */
export function frame(message: ServerMessage): Frame {
  return checked(JSON.stringify(message));
}

export const MEMBERSHIPS_LOST = frame({ type: 'memberships_lost' });

/** @param afterMs when the client opens its next connection */
export const reconnectFrame = (afterMs: number): Frame => frame({ type: 'reconnect', afterMs });

/**
 * A reply with the id of the client's message, as it was sent.
 *
 * @throws {TooLargeError} it is larger than API Gateway allows
 */
export function replyFrame(reply: Readonly<Record<string, unknown>>, id: JsonText | undefined): Frame {
  if (id === undefined) return checked(JSON.stringify(reply));
  const text = JSON.stringify('id' in reply ? { ...reply, id: undefined } : reply);
  return checked(text === '{}' ? `{"id":${id}}` : `${text.slice(0, -1)},"id":${id}}`);
}

/**
 * A reply that is sent unmodified.
 *
 * @throws {TooLargeError} it is larger than API Gateway allows
 */
export const textFrame = (text: string): Frame => checked(text);

/**
 * A message that another backend sends to single connections.
 *
 * @throws {TooLargeError} it is larger than API Gateway allows
 */
export function directFrame(data: JsonText): Frame {
  return checked(`{"type":"message","data":${data}}`);
}

/** @throws {TooLargeError} a message of this size is larger than API Gateway allows */
export function requireMessageSize(bytes: number): void {
  if (bytes <= QUOTAS.messageBytes) return;
  throw new TooLargeError(`The message has ${bytes} bytes; API Gateway allows ${QUOTAS.messageBytes}.`);
}

function checked(text: string): Frame {
  requireMessageSize(Buffer.byteLength(text));
  return text as Frame;
}
