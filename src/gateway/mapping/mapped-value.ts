import { mappedText } from '../silent/mapping-choices.js';
import { parseExactJson } from './exact-json.js';
import { type MappedValue, type MappingVariable } from './http-parameters.js';
import { valueAt } from './json-path.js';

/** What the variables of an HTTP API's parameter mapping read. */
export interface MappingSubject {
  /** Of the mapped message; by name in lower case. */
  readonly header: (name: string) => readonly string[];
  /** Of the mapped message. */
  readonly body: MappedBody;
  /** Decoded; none of a response, and so are the next two. */
  readonly querystring: (name: string) => readonly string[];
  readonly path: string | undefined;
  readonly pathParameters: ReadonlyMap<string, string>;
  readonly context: (name: string) => string | undefined;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/**
 * Text of a mapped value; several values of one header are joined with a comma (H8.08).
 *
 * @returns `undefined` when it is a single variable without a value; in a text, such a variable is empty
 */
export function mappedValue(value: MappedValue, subject: MappingSubject): string | undefined {
  const [only] = value;
  if (value.length === 1 && typeof only === 'object') return valueOf(only, subject);
  return value.map((part) => (typeof part === 'string' ? part : (valueOf(part, subject) ?? ''))).join('');
}

/** A body as mappings see it: the first 100 KB, parsed once if a mapping needs it (H8.09). */
export class MappedBody {
  #json: { readonly value: unknown } | undefined;

  constructor(private readonly bytes: Buffer | undefined) {}

  get text(): string | undefined {
    return this.bytes && this.bytes.length > 0 ? this.bytes.toString('utf8', 0, MAX_BYTES) : undefined;
  }

  /** `undefined` when the text is not JSON. */
  get json(): unknown {
    this.#json ??= { value: parse(this.text ?? '') };
    return this.#json.value;
  }
}

const MAX_BYTES = 100 * 1024;

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** All values of a variable: several only of a header or a query parameter. */
export function variableValues(variable: MappingVariable, subject: MappingSubject): readonly string[] {
  if (variable.kind === 'header') return subject.header(variable.name);
  if (variable.kind === 'querystring') return subject.querystring(variable.name);
  const value = valueOf(variable, subject);
  return value === undefined ? [] : [value];
}

function valueOf(variable: MappingVariable, subject: MappingSubject): string | undefined {
  switch (variable.kind) {
    case 'header':
      return joined(subject.header(variable.name));
    case 'querystring':
      return joined(subject.querystring(variable.name));
    case 'body':
      return variable.path.length === 0
        ? subject.body.text
        : mappedText(valueAt(subject.body.json, variable.path));
    case 'path':
      return subject.path;
    case 'pathParameter':
      return subject.pathParameters.get(variable.name);
    case 'context':
      return subject.context(variable.name);
    case 'stageVariable':
      return Object.hasOwn(subject.stageVariables, variable.name)
        ? subject.stageVariables[variable.name]
        : undefined;
    default:
      return variable satisfies never;
  }
}

const joined = (values: readonly string[]) => (values.length === 0 ? undefined : values.join(','));
