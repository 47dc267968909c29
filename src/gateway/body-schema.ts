import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** The part of JSON Schema that bodies of requests to `/_gateway/` need. An OpenAPI document can contain it unmodified. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'number' | 'integer' | 'string';
  readonly description?: string;
  /** What the value has to be, for errors: `must be {expected}`. */
  readonly 'x-expected': string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

/** The format of a body, and its type. */
export class BodySchema<T> {
  #compiled: ValidateFunction<T> | undefined;

  /** @param formats checks of text that a schema cannot express, by their names in the schema */
  constructor(
    readonly json: JsonSchema,
    private readonly formats: Readonly<Record<string, (text: string) => boolean>> = {},
  ) {}

  /** @returns for each wrong field its name, its value, and what is expected; or the body, if there is none */
  check(body: unknown): { readonly value: T } | { readonly problems: readonly string[] } {
    // on first use, so that the gateway starts without waiting for it
    this.#compiled ??= this.#compile();
    if (this.#compiled(body)) return { value: body };
    const { additionalProperties: unknown = [], ...others } = Object.groupBy(
      this.#compiled.errors ?? [],
      ({ keyword }) => keyword,
    );
    const wrong = new Set(Object.values(others).flatMap((errors = []) => errors.map(problemOf)));
    const misspelt = Map.groupBy(unknown, ({ instancePath }) => instancePath)
      .entries()
      .map(unknownFields);
    return { problems: [...wrong, ...misspelt] };
  }

  #compile(): ValidateFunction<T> {
    const ajv = new Ajv({ allErrors: true, verbose: true, ownProperties: true, formats: this.formats });
    ajv.addVocabulary(['x-expected']);
    return ajv.compile<T>(this.json);
  }
}

function problemOf({ keyword, instancePath, params, data, parentSchema }: ErrorObject): string {
  const schema = parentSchema as unknown as JsonSchema;
  const path = namesIn(instancePath);
  if (keyword !== 'required') return `${fieldOf(path)} must be ${schema['x-expected']}, not ${shown(data)}`;
  const name = String(params['missingProperty']);
  return `${fieldOf([...path, name])} must be ${schema.properties?.[name]?.['x-expected']}, not left out`;
}

/** @param errors those of one object */
function unknownFields([instancePath, errors]: readonly [string, readonly ErrorObject[]]): string {
  const { properties = {} } = (errors[0]?.parentSchema ?? {}) as Partial<JsonSchema>;
  const names = errors.map(({ params }) => String(params['additionalProperty'])).join(', ');
  return `${fieldOf(namesIn(instancePath))} has no field ${names}: it may have ${Object.keys(properties).join(', ')}`;
}

/** @param pointer a JSON pointer */
const namesIn = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

const fieldOf = (path: readonly string[]) => (path.length === 0 ? 'the body' : path.join('.'));

function shown(value: unknown): string {
  // not as JSON, which may be nested too deeply for JSON.stringify
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
