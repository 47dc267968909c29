import { type Flag, type Flags } from './flags.js';
import { PROGRAM } from './program-name.js';

/** The JSON schema of the configuration file, for editors: `backchannel-gateway.schema.json`. */
export function configSchema(flags: Flags): object {
  const { config: _, ...keys } = flags;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `The configuration file of ${PROGRAM}`,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(Object.entries(keys).map(([name, flag]) => [name, property(flag)])),
    },
  };
}

function property(flag: Flag): object {
  const { help: description, preset } = flag;
  const about = { description, ...(preset !== undefined && { default: asJson(flag, preset) }) };
  switch (flag.kind) {
    case 'switch':
      return { ...about, type: 'boolean' };
    case 'text':
      return { ...about, ...(flag.bounds ? integer(...flag.bounds) : textOf(flag.choices)) };
    case 'list':
      return { ...about, anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
    case 'map':
      return { ...about, type: 'object', ...members(flag.numbers) };
    default:
      return flag satisfies never;
  }
}

const asJson = (flag: Flag, preset: string) =>
  flag.kind === 'text' && flag.bounds ? Number(preset) : preset;

const integer = (minimum: number, maximum?: number) => ({
  type: 'integer',
  minimum,
  ...(maximum !== undefined && { maximum }),
});

const textOf = (choices: readonly string[] | undefined) => ({
  type: 'string',
  ...(choices && { enum: choices }),
});

const members = (numbers: readonly string[] | undefined) =>
  numbers === undefined
    ? { additionalProperties: { type: ['string', 'number', 'boolean'] } }
    : {
        properties: Object.fromEntries(numbers.map((name) => [name, integer(1)])),
        additionalProperties: false,
      };
