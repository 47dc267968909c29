import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseDocument,
  type Scalar,
} from 'yaml';
import { DEFINITION_BYTES, DEFINITION_VALUES } from '../../silent/openapi-choices.js';
import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { importError } from './import-error.js';

/** More levels than any definition needs, and far fewer than would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * Parses the text of an OpenAPI definition: JSON or YAML.
 *
 * @throws {ControlError} 400: it is too large, cannot be parsed, or is not an object
 */
export function parseDefinition(text: string): JsonObject {
  if (Buffer.byteLength(text) > DEFINITION_BYTES) {
    throw importError(`the definition has more than ${DEFINITION_BYTES} bytes`);
  }
  const value = parseJson(text) ?? parseYaml(text);
  if (!isJsonObject(value)) throw importError('the definition is not an object');
  return value;
}

/** @returns `undefined` for a text that is not JSON */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // YAML has the same braces, and its parser names the line
    return undefined;
  }
}

function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const [problem] = [...document.errors, ...document.warnings];
  const placed = (offset: number, reason: string) => {
    const { line, col } = lines.linePos(offset);
    return importError(`line ${line}, column ${col}: ${reason}`);
  };
  if (problem !== undefined) {
    // the library reports its own recursion as a syntax error
    if (problem.message.includes('call stack')) throw nestedTooDeeply();
    throw placed(problem.pos[0], problem.message);
  }
  return document.contents === null ? undefined : new YamlReader(placed).read(document.contents);
}

function parse(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, {
      schema: 'core',
      lineCounter,
      prettyErrors: false,
      // the library compares every key with every other; the reader below uses an object
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch (cause) {
    // the parser is recursive
    if (cause instanceof RangeError) throw nestedTooDeeply();
    throw cause;
  }
}

const nestedTooDeeply = () => importError('the definition is nested too deeply');

class YamlReader {
  readonly #anchors = new Map<string, YamlNode>();
  #values = 0;

  constructor(private readonly error: (offset: number, reason: string) => Error) {}

  read(node: unknown, depth = 0): unknown {
    const yaml = node as YamlNode | null;
    if (yaml === null) return null;
    const offset = yaml.range?.[0] ?? 0;
    this.#values += 1;
    if (this.#values > DEFINITION_VALUES) {
      throw this.error(offset, `the definition has more than ${DEFINITION_VALUES} values`);
    }
    if (depth > MAX_DEPTH) {
      throw this.error(offset, `the definition is nested more than ${MAX_DEPTH} levels deep`);
    }
    if (isAlias(yaml)) {
      const target = this.#anchors.get(yaml.source);
      if (target === undefined) {
        throw this.error(offset, `the anchor &${yaml.source} is not defined before it`);
      }
      return this.read(target, depth + 1);
    }
    if (yaml.anchor !== undefined) this.#anchors.set(yaml.anchor, yaml);
    if (isSeq(yaml)) return yaml.items.map((item) => this.read(item, depth + 1));
    if (!isMap(yaml)) return isScalar(yaml) ? scalarValue(yaml) : null;
    const entries = new Map<string, unknown>();
    for (const { key, value } of yaml.items) {
      if (!isScalar(key)) throw this.error(offset, 'a key must be text');
      const name = String(scalarValue(key));
      if (entries.has(name)) throw this.error(offset, `duplicate key '${name}'`);
      entries.set(name, this.read(value, depth + 1));
    }
    return Object.fromEntries(entries);
  }
}

/** A number that would not be written the same again stays text: the payload format version 1.0. */
function scalarValue({ value, source }: Scalar): string | number | boolean | null {
  if (typeof value === 'number' && source !== undefined && String(value) !== source) return source;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'bigint' ? String(value) : null;
}
