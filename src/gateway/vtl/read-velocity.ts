import { parse as parseVelocity } from 'velocityjs';
import { type Position } from './template-error.js';

/** A syntax error and its position. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  constructor(
    readonly position: Position,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/**
 * The library's syntax tree of a template.
 *
 * @throws {SyntaxFault} a syntax error; also an unclosed block or a superfluous `#end`, which the library ignores
 */
export function readVelocity(source: string): readonly RawNode[] {
  return withoutSentinel(source, readRaw(source));
}

/** Appended to the source: unless it is last in the tree, the blocks before it do not match. */
const SENTINEL = '$!{_END_}';
const SENTINEL_ID = '_END_';

/** What may begin a block. */
const BLOCK = /#@|#\{?(?:if|foreach|macro|define|noescape)/g;

interface RawPosition {
  readonly first_line: number;
  readonly first_column: number;
  readonly last_line: number;
  readonly last_column: number;
}

/** The parts that we use of a node in the library's syntax tree; its own types do not describe them. */
export interface Raw {
  readonly type: string;
  readonly id: unknown;
  readonly value: unknown;
  readonly pos?: RawPosition;
  readonly leader?: string;
  readonly path?: readonly Raw[];
  readonly args?: readonly Raw[] | false;
  readonly equal?: readonly [Raw, Raw];
  readonly condition?: Raw;
  readonly from?: Raw;
  readonly to?: string;
  readonly operator?: string;
  readonly expression?: readonly Raw[];
  readonly isEval?: boolean;
  readonly isRange?: boolean;
}

/** Text, a node, or a block: its directive, then its body. */
export type RawNode = string | Raw | readonly RawNode[];

function readRaw(source: string): readonly RawNode[] {
  try {
    // closes every block: the library takes exponential time for blocks that are open at the end
    const ends = '#end'.repeat([...source.matchAll(BLOCK)].length);
    return parseVelocity(`${source}\n${SENTINEL}${ends}`) as unknown as readonly RawNode[];
  } catch (cause) {
    const { hash, message } = cause as { hash?: { loc?: RawPosition; text?: string }; message: string };
    const position = hash?.loc
      ? // the library reports the position of the token before
        { line: hash.loc.last_line, column: hash.loc.last_column + 1 }
      : { line: Number(/line (\d+)/.exec(message)?.[1] ?? 1), column: 1 };
    const end = positionAt(source, source.length);
    if (position.line > end.line) throw new SyntaxFault(end, 'the template ends too early', { cause });
    const found = hash?.text?.trim() ? `; found '${hash.text}'` : '';
    throw new SyntaxFault(position, `syntax error${found}`, { cause });
  }
}

function withoutSentinel(source: string, nodes: readonly RawNode[]): readonly RawNode[] {
  const unclosed = nodes.find(
    (node) => Array.isArray(node) && JSON.stringify(node).includes(`"${SENTINEL_ID}"`),
  );
  if (unclosed) {
    const { type, pos } = (unclosed as readonly Raw[])[0] as Raw;
    throw new SyntaxFault(positionOf(pos), `#${type} has no #end`);
  }
  const last = nodes.at(-1);
  if (typeof last !== 'object' || Array.isArray(last) || (last as Raw).id !== SENTINEL_ID) {
    throw new SyntaxFault(strayEnd(source), 'this #end closes no block');
  }
  const rest = nodes.slice(0, -1);
  const text = rest.at(-1);
  // the line break before the sentinel; after a directive the library has removed it
  return typeof text === 'string' && text.endsWith('\n') ? [...rest.slice(0, -1), text.slice(0, -1)] : rest;
}

/**
 * Finds, by bisection, the first `#end` after which the library ignores the rest: from there on the sentinel is
 * missing.
 */
function strayEnd(source: string): Position {
  const ends = [...source.matchAll(/#end/g)].map(({ index }) => index);
  let [before, found] = [-1, ends.length - 1];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    if (isCutShort(source.slice(0, (ends[middle] ?? 0) + 4))) found = middle;
    else before = middle;
  }
  return positionAt(source, ends[found] ?? source.length);
}

function isCutShort(source: string): boolean {
  try {
    return !JSON.stringify(readRaw(source)).includes(SENTINEL_ID);
  } catch {
    return false;
  }
}

export const positionOf = (pos: RawPosition | undefined): Position =>
  pos ? { line: pos.first_line, column: pos.first_column + 1 } : { line: 1, column: 1 };

export function positionAt(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split(/\r\n?|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
