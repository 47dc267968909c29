import { type z } from 'zod';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { MessageIdSchema } from '../../api/message-schemas.js';
import { type MessageId } from '../../api/messages.js';
import { type ActionSchema } from './custom-action.js';
import { describeIssue } from '../describe-issue.js';

/** A mistake of the sender. It is reported to the sender and needs no operator. */
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
 * Parses the text of a frame.
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
  if (!isObject(json)) throw new MessageError('bad_message', 'A message is a JSON object.');

  const schema = schemas.get(json['action'] as string);
  if (schema === undefined) {
    throw new MessageError(
      'unknown_action',
      `Unknown action. Expected one of ${[...schemas.keys()].join(', ')}.`,
    );
  }
  const { data: message, error } = schema.safeParse(json, { error: describeIssue });
  if (message) return message;
  const reasons = error.issues.map(({ path, message: reason }) => [...path, reason].join(': '));
  throw new MessageError('bad_message', shortened(reasons.join('; ')));
}

/** The `id` in the text of a frame, also when the text is no message otherwise: an error reply then carries it. */
export function readMessageId(text: string): MessageId | undefined {
  const json = parseJson(text);
  return isObject(json) ? MessageIdSchema.safeParse(json['id']).data : undefined;
}

/** @returns undefined, which no JSON text stands for, when the text is not JSON */
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

/** Reasons contain keys that the sender chose, and must not make the reply larger than a message can be. */
function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
