import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseDocument,
  type Scalar as YamlScalar,
  type TagId,
  type Tags,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { EXPANDED_TEMPLATE_NODES } from '../silent/cloudformation-choices.js';
import { CloudFormationError, type Place } from './cloudformation-error.js';

/** A node of a template, with its place. YAML's short form `!Sub` and the long form `Fn::Sub` are the same node. */
export type Node = Scalar | List | Dictionary | Call;

interface Located {
  readonly at: Place;
  /** Offsets in the text. */
  readonly range: readonly [start: number, end: number];
}
interface Scalar extends Located {
  readonly kind: 'scalar';
  /** A number that would not be written the same again (`0123`, `1.0`) is text. */
  readonly value: string | number | boolean | null;
}
interface List extends Located {
  readonly kind: 'list';
  readonly items: readonly Node[];
}
export interface Dictionary extends Located {
  readonly kind: 'dictionary';
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  /** The place of the key. */
  readonly at: Place;
  readonly value: Node;
}
/** An intrinsic function, such as `Ref` or `Fn::GetAtt`. */
export interface Call extends Located {
  readonly kind: 'call';
  readonly name: string;
  readonly argument: Node;
}

export interface Document {
  readonly fileName: string;
  readonly text: string;
  readonly root: Node;
  /** The places of YAML aliases, which CloudFormation itself refuses. */
  readonly aliases: readonly Place[];
  placeOf(offset: number): Place;
  error(at: Place, reason: string): CloudFormationError;
}

/** CloudFormation's limit for a template in S3; inline it is 51,200 bytes. */
export const TEMPLATE_BYTES = 1024 * 1024;
/** More levels than any template needs, and far fewer than would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * Parses YAML or JSON.
 *
 * @throws {CloudFormationError} a syntax error, a duplicate key, or more bytes than CloudFormation accepts
 */
export function readDocument(text: string, fileName: string): Document {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const error = (at: Place, reason: string) => new CloudFormationError(fileName, at, reason);
  if (Buffer.byteLength(text) > TEMPLATE_BYTES) {
    throw error(
      { line: 1, column: 1 },
      'the template is larger than 1 MB, which is the limit of CloudFormation',
    );
  }
  const parsed = parseYaml(text, lines, error);
  const [problem] = [...parsed.errors, ...parsed.warnings];
  if (problem !== undefined) throw error(placeOf(problem.pos[0]), reasonOf(problem, text));

  const reader = new Reader(text, placeOf, error);
  if (parsed.contents === null) throw error({ line: 1, column: 1 }, 'the template is empty');
  return { fileName, text, root: reader.read(parsed.contents), aliases: reader.aliases, placeOf, error };
}

/**
 * The functions with a YAML short form: those of every section, of `AWS::LanguageExtensions`, and of `Rules`. `Ref` and
 * `Condition` are the only names without `Fn::`.
 */
const SHORT_FORMS: ReadonlySet<string> = new Set(
  (
    'Ref Condition GetAtt Sub Join Select Split If Equals And Or Not FindInMap ImportValue GetAZs Base64 Cidr Transform ' +
    'Length ToJsonString Contains EachMemberEquals EachMemberIn RefAll ValueOf ValueOfAll'
  ).split(' '),
);

const TAGS = [...SHORT_FORMS].flatMap((name) => [
  { tag: `!${name}`, resolve: (value: string) => value },
  { tag: `!${name}`, collection: 'seq' as const },
  { tag: `!${name}`, collection: 'map' as const },
]) satisfies Tags | TagId[];

function parseYaml(text: string, lineCounter: LineCounter, error: Document['error']) {
  try {
    return parseDocument(text, {
      schema: 'core',
      customTags: TAGS,
      lineCounter,
      prettyErrors: false,
      // the library compares every key with every other; Reader uses a map
      uniqueKeys: false,
      // with 'silent', the library ignores all documents but the first
      logLevel: 'error',
    });
  } catch (cause) {
    // the parser is recursive
    if (cause instanceof RangeError) throw error({ line: 1, column: 1 }, 'the template is nested too deeply');
    throw cause;
  }
}

/** The library's message, in the terms of CloudFormation where it has its own. */
function reasonOf({ code, message, pos: [start, end] }: YAMLError, text: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a second YAML document begins here; a template is one document';
    case 'TAG_RESOLVE_FAILED':
      return `CloudFormation has no function ${text.slice(start, end)}`;
    default:
      // the library reports its own recursion as a syntax error
      return message.includes('call stack') ? 'the template is nested too deeply' : message;
  }
}

class Reader {
  readonly aliases: Place[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  #nodes = 0;

  constructor(
    private readonly text: string,
    private readonly placeOf: Document['placeOf'],
    private readonly error: Document['error'],
  ) {}

  read(node: unknown, depth = 0): Node {
    const yaml = node as YamlNode;
    const range = [yaml.range?.[0] ?? 0, yaml.range?.[1] ?? 0] as const;
    const located: Located = { at: this.placeOf(range[0]), range };
    this.#nodes += 1;
    if (this.#nodes > EXPANDED_TEMPLATE_NODES) {
      throw this.error(located.at, `the template has more than ${EXPANDED_TEMPLATE_NODES} nodes`);
    }
    if (depth > MAX_DEPTH) {
      throw this.error(located.at, `the template is nested more than ${MAX_DEPTH} levels deep`);
    }

    if (isAlias(yaml)) {
      this.aliases.push(located.at);
      const target = this.#anchors.get(yaml.source);
      if (target === undefined)
        throw this.error(located.at, `the anchor &${yaml.source} is not defined before it`);
      return this.read(target, depth + 1);
    }
    if (yaml.anchor !== undefined) this.#anchors.set(yaml.anchor, yaml);
    const content = this.#content(yaml, located, depth);
    const name = yaml.tag?.slice(1);
    if (name === undefined || !SHORT_FORMS.has(name)) return content;
    // the call begins at its tag
    const start = this.text.lastIndexOf(`!${name}`, range[0]);
    const at = this.placeOf(start);
    return { kind: 'call', at, range: [start, range[1]], name: fullName(name), argument: content };
  }

  #content(yaml: YamlNode, located: Located, depth: number): Node {
    if (isMap(yaml)) return this.#dictionary(yaml, located, depth);
    if (isSeq(yaml)) {
      return { kind: 'list', ...located, items: yaml.items.map((item) => this.read(item, depth + 1)) };
    }
    return { kind: 'scalar', ...located, value: isScalar(yaml) ? scalarValue(yaml) : null };
  }

  #dictionary(yaml: YAMLMap, located: Located, depth: number): Node {
    const entries = new Map<string, Entry>();
    for (const pair of yaml.items) {
      const key = this.read(pair.key, depth + 1);
      if (key.kind !== 'scalar') throw this.error(key.at, 'a key must be text');
      const name = String(key.value);
      if (name === '<<') throw this.error(key.at, 'CloudFormation does not support merge keys (<<)');
      if (entries.has(name)) throw this.error(key.at, `duplicate key '${name}'`);
      const value: Node = pair.value === null ? { ...key, value: null } : this.read(pair.value, depth + 1);
      entries.set(name, { at: key.at, value });
    }
    const [[name, entry] = []] = entries;
    if (entries.size === 1 && name !== undefined && entry !== undefined && isFunction(name)) {
      return { kind: 'call', ...located, name, argument: entry.value };
    }
    return { kind: 'dictionary', ...located, entries };
  }
}

const isFunction = (name: string) => name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

const fullName = (name: string) => (isFunction(name) ? name : `Fn::${name}`);

/** CloudFormation reads YAML 1.1, in which these are booleans too unless they are quoted or have a tag. */
const YAML_1_1_BOOLEANS: ReadonlyMap<unknown, boolean> = new Map(
  ['yes', 'on', 'no', 'off'].flatMap((word, index) =>
    [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()].map((text) => [text, index < 2]),
  ),
);

function scalarValue({ value, source, type, tag }: YamlScalar): Scalar['value'] {
  const flag = type === 'PLAIN' && tag === undefined ? YAML_1_1_BOOLEANS.get(value) : undefined;
  if (flag !== undefined) return flag;
  if (typeof value === 'number' && source !== undefined && String(value) !== source) return source;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'bigint' ? String(value) : null;
}
