import { type z } from 'zod';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { type MessageId, Ping } from '../../api/messages.js';
import { type ActionSchema } from './custom-action.js';

/** The sender's mistake: told to the sender, and nothing that anybody else must look at. */
export class MessageError extends Error {
  override readonly name = 'MessageError';

  constructor(
    readonly code: ClientErrorCode,
    message: string = CLIENT_ERRORS[code],
  ) {
    super(message);
  }
}

/**
 * A frame's text as a message.
 *
 * @param schemas by action
 * @throws {MessageError} `not_json`, `bad_message` or `unknown_action`
 */
export function parseMessage(
  text: string,
  schemas: ReadonlyMap<string, ActionSchema>,
): z.output<ActionSchema> {
  const json = parseJson(text);
  if (json === undefined) throw new MessageError('not_json');
  if (!isObject(json)) throw new MessageError('bad_message', 'a message is a JSON object');

  const schema = schemas.get(json['action'] as string);
  if (schema === undefined) {
    throw new MessageError('unknown_action', `the action is none of ${[...schemas.keys()].join(', ')}`);
  }
  const { data: message, error } = schema.safeParse(json);
  if (message) return message;
  const reasons = error.issues.map(({ path, message: reason }) => [...path, reason].join(': '));
  throw new MessageError('bad_message', shortened(reasons.join('; ')));
}

/** The `id` in a frame's text, which may be no message otherwise: an answer to it can carry it all the same. */
export function readMessageId(text: string): MessageId {
  const json = parseJson(text);
  return isObject(json) ? Ping.shape.id.safeParse(json['id']).data : undefined;
}

/** @returns undefined, which no JSON text means, if it is none */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Reasons repeat keys that the sender chose: they must not make the answer larger than a message can be. */
function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
