import { type JsonObject, isJsonObject } from '../fields/fields.js';
import { type Model } from '../resources.js';

/**
 * A mapping template to start from, which writes a message as the model has it: GetModelTemplate.
 *
 * [uncertain] AWS documents that it generates one, not its text; this has the form of v1's.
 */
export function modelTemplate({ Schema }: Model): JsonObject {
  const schema: unknown = JSON.parse(Schema);
  return { value: `#set($inputRoot = $input.path('$'))\n${sample(schema, '')}` };
}

function sample(schema: unknown, indent: string): string {
  if (!isJsonObject(schema)) return 'null';
  const { type, properties, items } = schema;
  if (isJsonObject(properties)) {
    const members = Object.entries(properties).map(
      ([name, member]) => `${indent}  ${JSON.stringify(name)} : ${sample(member, `${indent}  `)}`,
    );
    return `{\n${members.join(',\n')}\n${indent}}`;
  }
  if (type === 'array') return `[ ${sample(items, indent)} ]`;
  return SAMPLES[String(type)] ?? 'null';
}

const SAMPLES: Readonly<Record<string, string>> = {
  string: '"foo"',
  integer: '42',
  number: '42',
  boolean: 'true',
  object: '{ }',
};
