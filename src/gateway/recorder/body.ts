import { isUtf8 } from 'node:buffer';
import { type Body } from './gateway-event.js';

/** The part of a body that a record has. */
export const RECORDED_BODY_BYTES = 16 * 1024;

/** The recorded form of a body. A part is copied: a slice would keep the whole in memory. */
export function bodyOf(data: string | Buffer): Body {
  if (typeof data === 'string') {
    const bytes = Buffer.byteLength(data);
    return bytes <= RECORDED_BODY_BYTES ? { bytes, text: data } : ofBytes(Buffer.from(data));
  }
  return ofBytes(data);
}

/** The part of a reason that a record has. */
const REASON_CHARACTERS = 1_000;

/** A reason may quote a text of any length, such as the message of a function's error. */
export const shortened = (reason: string): string =>
  // copied: a slice would keep the whole in memory
  reason.length <= REASON_CHARACTERS
    ? reason
    : `${Buffer.from(reason.slice(0, REASON_CHARACTERS)).toString()}…`;

function ofBytes(data: Buffer): Body {
  const bytes = data.length;
  const isCut = bytes > RECORDED_BODY_BYTES && ({ isCut: true } as const);
  const part = data.subarray(0, RECORDED_BODY_BYTES);
  if (!isUtf8(data)) return { bytes, text: part.toString('base64'), isBase64: true, ...isCut };
  // as a stream, so that the first bytes of a cut character are left out
  const text = isCut ? new TextDecoder().decode(part, { stream: true }) : part.toString('utf8');
  return { bytes, text, ...isCut };
}
