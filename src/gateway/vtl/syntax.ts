import { type ExactNumber } from '../mapping/exact-json.js';
import { type Position } from './template-error.js';

/** The syntax tree of a template, which `evaluate.ts` walks. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'print';
      readonly reference: Reference;
      /** As written in the template; printed when the reference has no value. */
      readonly text: string;
      readonly position: Position;
    }
  | {
      readonly kind: 'set';
      readonly target: Reference;
      readonly value: Expression;
      readonly position: Position;
    }
  | { readonly kind: 'if'; readonly branches: readonly Branch[] }
  | {
      readonly kind: 'foreach';
      readonly name: string;
      readonly items: Expression;
      readonly body: readonly Node[];
      readonly position: Position;
    }
  | { readonly kind: 'break' }
  | { readonly kind: 'define'; readonly name: string; readonly body: readonly Node[] }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly body: readonly Node[];
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly text: string;
      readonly position: Position;
    };

export interface Branch {
  /** `undefined` for `#else`. */
  readonly condition: Expression | undefined;
  readonly body: readonly Node[];
  readonly position: Position;
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | ExactNumber | boolean | null }
  /** Text in double quotes with references or directives. */
  | { readonly kind: 'interpolated'; readonly body: readonly Node[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Expression[] };

export interface Reference {
  readonly name: string;
  readonly path: readonly Step[];
  /** `$!name`: prints nothing when it has no value. */
  readonly isQuiet: boolean;
}

export type Step =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly key: Expression }
  | { readonly kind: 'method'; readonly name: string; readonly args: readonly Expression[] };
