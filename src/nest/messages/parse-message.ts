import { z } from 'zod';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { MESSAGE_ID_FORM, MessageIdSchema } from '../../api/message-schemas.js';
import { type JsonText } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { type JsonSlice, slicesOf } from '../json/json-slices.js';
import { isRecord, keepData, UnfitJsonError } from '../json/keep-data.js';
import { describeIssue } from '../describe-issue.js';
import { isZodObject, type MessageSchema, type SchemaIssue } from './message-schema.js';

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

/** A frame of a client, as far as it can be read before its action is known. */
export interface Envelope {
  /** As it was sent, for the reply; undefined if there is none, or if it is invalid. Error replies carry it, too. */
  readonly id?: JsonText | undefined;
  /** What {@link parseMessage} makes a message of, or why it cannot. */
  readonly content: MessageError | JsonMessage;
}

/** A frame that is a JSON object. */
export interface JsonMessage {
  readonly value: Record<string, unknown>;
  readonly slices: readonly JsonSlice[];
}

/** @param text the content of a frame; undefined if it is not UTF-8 */
export function readEnvelope(text: string | undefined): Envelope {
  if (text === undefined) return { content: new MessageError('bad_message', 'The message is not UTF-8.') };
  const value = parseJson(text);
  if (value === undefined) return { content: new MessageError('not_json', notJson(text)) };
  if (!isRecord(value)) return { content: new MessageError('bad_message', 'A message is a JSON object.') };
  const slices = slicesOf(text);
  const [id, ...others] = slices.filter(({ name }) => name === 'id');
  if (id === undefined || others.length > 0 || !MessageIdSchema.safeParse(value['id']).success) {
    return { content: { value, slices } };
  }
  if (typeof value['id'] === 'number' && id.text.length > QUOTAS.messageIdLength) {
    return { content: new MessageError('bad_message', `id: ${MESSAGE_ID_FORM}`) };
  }
  return { id: id.text, content: { value, slices } };
}

/**
 * Parses a message by the schema of its handler.
 *
 * @returns the schema's output for the message without its `action` and `id`; without a schema, that itself
 * @throws {MessageError} `bad_message`
 */
export async function parseMessage(
  { value, slices }: JsonMessage,
  schema: MessageSchema | undefined,
): Promise<unknown> {
  try {
    keepData(value, slices, isZodObject(schema) ? schema : ANY_OBJECT);
  } catch (error) {
    if (error instanceof UnfitJsonError) throw badMessage([error]);
    throw error;
  }
  const { action: _, id, ...content } = value;
  if (id !== undefined && !MessageIdSchema.safeParse(id).success)
    throw badMessage([{ path: ['id'], message: MESSAGE_ID_FORM }]);
  if (schema === undefined) return content;
  if (isZodObject(schema)) {
    const parsed = schema.safeParse(content, { error: describeIssue });
    if (parsed.success) return parsed.data;
    throw badMessage(parsed.error.issues);
  }
  const result = await schema['~standard'].validate(content);
  if (result.issues === undefined) return result.value;
  throw badMessage(result.issues);
}

const ANY_OBJECT = z.object({});

function badMessage(issues: readonly SchemaIssue[]): MessageError {
  const reasons = issues.map(({ path = [], message: reason }) =>
    [...path.map((part) => (typeof part === 'object' ? part.key : part)), reason].map(String).join(': '),
  );
  return new MessageError('bad_message', shortened(reasons.join('; ')));
}

/** @returns undefined, which no JSON text stands for, when the text is not JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notJson(text: string): string {
  return text.startsWith('\ufeff')
    ? 'The message begins with a byte order mark. Expected JSON without one.'
    : CLIENT_ERRORS.not_json;
}

/** Reasons contain keys that the sender chose, and must not make the reply larger than a message can be. */
function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
