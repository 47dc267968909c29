import { MODEL_TEMPLATE } from '../../silent/control-choices.js';
import { type JsonObject, isJsonObject } from '../fields/fields.js';
import { type Model } from '../fields/model-fields.js';

/** GetModelTemplate: a mapping template to start from, with sample values for the model's fields. */
export function modelTemplate({ Schema }: Model): JsonObject {
  const schema: unknown = JSON.parse(Schema);
  return { value: MODEL_TEMPLATE.head + sample(schema, '') };
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

const SAMPLES: Readonly<Record<string, string>> = MODEL_TEMPLATE.samples;
