import { type ServerMessage } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { TooLargeError } from '../callback/callback.errors.js';

/** A message as text for clients, serialized once for all recipients. */
export type Frame = string & { readonly _: 'Frame' };

/** @throws {TooLargeError} it is larger than API Gateway allows, or nested too deeply to be serialized */
export function frame(message: ServerMessage): Frame {
  const text = stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > QUOTAS.messageBytes) {
    throw new TooLargeError(`The message has ${bytes} bytes; API Gateway allows ${QUOTAS.messageBytes}.`);
  }
  return text as Frame;
}

export const MEMBERSHIPS_LOST = frame({ type: 'memberships_lost' });

function stringify(message: ServerMessage): string {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    // JSON.parse reads tens of thousands of nested arrays, on which JSON.stringify runs out of stack
    if (cause instanceof RangeError) throw new TooLargeError('The data is nested too deeply.', { cause });
    throw cause;
  }
}
