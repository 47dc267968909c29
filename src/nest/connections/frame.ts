import { LIMITS, type ServerMessage } from '../../api/messages.js';
import { TooLargeError } from '../callback/callback.errors.js';

/** A message as it goes to clients: made once, however many get it. */
export type Frame = string & { readonly _: 'Frame' };

/** @throws {TooLargeError} it is larger than API Gateway carries, or nested too deeply to be written */
export function frame(message: ServerMessage): Frame {
  const text = stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.messageBytes) {
    throw new TooLargeError(`${bytes} bytes would be delivered, API Gateway carries ${LIMITS.messageBytes}`);
  }
  return text as Frame;
}

function stringify(message: ServerMessage): string {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    // JSON.parse reads tens of thousands of nested arrays, JSON.stringify runs out of stack on them
    if (cause instanceof RangeError) throw new TooLargeError('data is nested too deeply', { cause });
    throw cause;
  }
}
