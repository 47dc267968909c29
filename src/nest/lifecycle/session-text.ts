import { type JsonText } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';

/**
 * What `@OnConnect` has returned, as it is stored.
 *
 * @param handler for people, such as `Chat.admit`
 * @returns undefined for undefined
 * @throws {TypeError} it is no JSON value, such as a function, a BigInt or an object that contains itself
 * @throws {RangeError} it is larger than `QUOTAS.sessionBytes`
 */
export function sessionText(session: unknown, handler: string): JsonText | undefined {
  if (session === undefined) return undefined;
  const text = encode(session, handler);
  const bytes = Buffer.byteLength(text);
  if (bytes <= QUOTAS.sessionBytes) return text;
  throw new RangeError(
    `${handler} has returned a session of ${bytes} bytes as JSON. Expected at most ${QUOTAS.sessionBytes}: ` +
      'keep larger data in a store of your own, and its key in the session.',
  );
}

function encode(session: unknown, handler: string): JsonText {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(session);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text as JsonText;
  throw new TypeError(
    `${handler} has returned a session that is no JSON value (${typeof session}). Expected what JSON.stringify accepts.`,
    { cause },
  );
}
