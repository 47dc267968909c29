import { expect, it } from 'vitest';
import { z } from 'zod';
import { ClientMessageSchema } from '../../../src/api/message-schemas.js';
import { MessageError, parseMessage, readEnvelope } from '../../../src/nest/messages/parse-message.js';

const Custom = z.object({
  size: z.enum(['small', 'large']).optional(),
  names: z.array(z.string()).max(1).optional(),
  even: z.number().multipleOf(2).optional(),
  own: z.string('expected our own text').optional(),
});

/** By action, as handlers have them. */
const schemas = new Map<unknown, z.ZodObject>([
  ['custom', Custom],
  ...ClientMessageSchema.options.map(
    (schema: z.ZodObject) =>
      [(schema.shape['action'] as z.ZodLiteral).value, schema.omit({ action: true, id: true })] as const,
  ),
]);

const reasonFor = async (text: string): Promise<string> => {
  const { content } = readEnvelope(text);
  try {
    if (content instanceof MessageError) throw content;
    await parseMessage(content, schemas.get(content.value['action']));
  } catch (error) {
    return (error as Error).message;
  }
  return 'parsed';
};

// zod's own sentences begin with one of these words
const ZOD = /Invalid|Unrecognized|Too (big|small)|must|received/;

it.each([
  [{ action: 'join' }, 'channel: expected a channel name of letters, digits and _ . : @ / % -'],
  [{ action: 'ping', id: {} }, 'id: expected a string or a number of at most 128 characters'],
  [{ action: 'ping', extra: 1 }, 'unknown field extra'],
  [{ action: 'publish', channel: 'c' }, 'data: missing, expected any JSON value'],
  [{ action: 'join', channel: 'c', since: 5 }, 'since: expected object'],
  [{ action: 'join', channel: 'c', since: { epoch: 'e' } }, 'since: offset: missing, expected number'],
  [
    { action: 'join', channel: 'c', since: { epoch: '', offset: -1 } },
    'since: epoch: expected at least 1 characters; since: offset: expected at least 0',
  ],
  [{ action: 'ping', positions: [] }, 'positions: expected record'],
  [
    { action: 'ping', positions: { news: { offset: 1 } } },
    'positions: news: epoch: missing, expected string',
  ],
  [
    { action: 'ping', positions: { 'a b': { epoch: 'e', offset: 1 } } },
    'positions: a b: expected a channel name of letters, digits and _ . : @ / % -',
  ],
  [
    {
      action: 'ping',
      positions: Object.fromEntries(
        Array.from({ length: 10_001 }, (_, index) => [`c${index}`, { epoch: 'e', offset: 1 }]),
      ),
    },
    'positions: expected at most 10000 channels',
  ],
  [{ action: 'custom', size: 'medium' }, 'size: expected "small" or "large"'],
  [{ action: 'custom', names: ['a', 'b'] }, 'names: expected at most 1 items'],
  [{ action: 'custom', even: 3 }, 'even: not allowed here'],
  [{ action: 'custom', own: 1 }, 'own: expected our own text'],
])('says in our words what is wrong with %j', async (message, reason) => {
  const text = JSON.stringify(message);
  expect(await reasonFor(text)).not.toMatch(ZOD);
  expect(await reasonFor(text)).toBe(reason);
});

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

it.each([
  ['{"action":"ping","action":"ping"}', 'action: occurs twice'],
  [String.raw`{"action":"publish","channel":"c","data":1,"d\u0061ta":2}`, 'data: occurs twice'],
  ['{"action":"ping","id":1,"id":1}', 'id: occurs twice'],
  [
    '{"action":"join","channel":"c","since":{"epoch":"e","offset":1,"offset":2}}',
    'since: offset: occurs twice',
  ],
  [
    '{"action":"ping","positions":{"c":{"epoch":"e","offset":1},"c":{"epoch":"e","offset":2}}}',
    'positions: c: occurs twice',
  ],
  [
    '{"action":"ping","positions":{"c":{"epoch":"e","offset":1,"offset":2}}}',
    'positions: c: offset: occurs twice',
  ],
  [`{"action":"ping","positions":{"c":${nested(61)}}}`, 'positions: c: nested 61 deep, expected at most 60'],
  ['{"action":"ping","__proto__":{"id":1}}', 'unknown field __proto__'],
  [`{"action":"publish","channel":"c","data":${nested(61)}}`, 'data: nested 61 deep, expected at most 60'],
  [`{"action":"custom","names":${nested(62)}}`, 'names: 0: nested 61 deep, expected at most 60'],
  [`{"action":"ping","extra":${nested(60_000)}}`, 'extra: nested 60000 deep, expected at most 60'],
  [
    `{"action":"ping","id":${'1'.repeat(129)}}`,
    'id: expected a string or a number of at most 128 characters',
  ],
])('refuses what could be read in two ways or not by everyone: %#', async (text, reason) => {
  expect(await reasonFor(text)).toBe(reason);
});

it('accepts data that is nested 60 deep, and repeated names in it', async () => {
  expect(await reasonFor(`{"action":"publish","channel":"c","data":${nested(60)}}`)).toBe('parsed');
  expect(await reasonFor('{"action":"publish","channel":"c","data":{"a":1,"a":2}}')).toBe('parsed');
});

it('describes a mistake that a schema of another library has found', async () => {
  const other = {
    '~standard': {
      version: 1 as const,
      vendor: 'other',
      validate: async (value: unknown) =>
        (value as { size?: unknown }).size === 1
          ? { value: 'one' }
          : { issues: [{ message: 'expected 1', path: [{ key: 'size' }] }] },
    },
  };
  const parse = async (text: string) => {
    const { content } = readEnvelope(text);
    return content instanceof MessageError ? content : parseMessage(content, other);
  };
  expect(await parse('{"action":"a","id":1,"size":1}')).toBe('one');
  await expect(parse('{"action":"a","size":2}')).rejects.toThrow('size: expected 1');
});
