import { keyOf, nameOf, parseAddress, type Step } from './addresses.js';
import { type Instances, type ModuleInstance, type ResourceInstance } from './instances.js';
import { type Expression } from './show-json.js';

/** What an expression refers to. */
export type Referent =
  | { readonly kind: 'resource'; readonly resource: ResourceInstance; readonly path: readonly Step[] }
  | { readonly kind: 'value'; readonly value: unknown }
  /** A local value, for example: Terraform prints nothing about it. */
  | { readonly kind: 'unknown'; readonly reference: string };

/** Where an expression is written: in a resource or a module call, one of several perhaps. */
export interface Scope {
  readonly module: ModuleInstance;
  readonly key: string | number | undefined;
  readonly forEach: Expression | undefined;
}

export const scopeOf = ({ module, key, configuration }: ResourceInstance): Scope => ({
  module,
  key,
  forEach: configuration?.for_each_expression,
});

/** More levels of modules than any configuration has. */
const MAX_DEPTH = 40;

/** Follows references through variables, outputs and `for_each` to resources and values. */
export class References {
  constructor(
    private readonly instances: Instances,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * What an expression refers to. Of a resource with several instances those that the expression's other references
   * name, or the one with the same key; all of them if nothing tells.
   *
   * Terraform prints a reference and everything that it is part of: `aws_lb.a.arn`, `aws_lb.a`.
   */
  of(expression: Expression | undefined, scope: Scope, depth = 0): readonly Referent[] {
    if (expression === undefined || depth > MAX_DEPTH) return [];
    if (isList(expression)) return expression.flatMap((each) => this.of(each, scope, depth));
    if (Object.hasOwn(expression, 'constant_value')) {
      return [{ kind: 'value', value: (expression as { constant_value?: unknown }).constant_value }];
    }
    const { references } = expression;
    if (!isTexts(references)) {
      return Object.values(expression as Readonly<Record<string, Expression>>).flatMap((each) =>
        this.of(each, scope, depth),
      );
    }
    const longest = references.filter(
      (text) => !references.some((other) => other.startsWith(`${text}.`) || other.startsWith(`${text}[`)),
    );
    const all = longest.map((text) => [text, this.follow(text, scope, depth + 1)] as const);
    const keys = new Set(all.flatMap(([text, found]) => keysNamed(text, found, scope)));
    return all.flatMap(([, found]) => narrowed(found, keys));
  }

  /** What one reference refers to, such as `module.chat.api_id` or `each.value.uri`. */
  follow(text: string, scope: Scope, depth = 0): readonly Referent[] {
    const unknown = [{ kind: 'unknown', reference: text }] as const;
    const steps = parseAddress(text);
    const [first, second, ...rest] = steps ?? [];
    const name = nameOf(second);
    if (steps === undefined || depth > MAX_DEPTH) return unknown;
    switch (nameOf(first)) {
      case 'var':
        return name === undefined ? unknown : this.#variable(name, rest, scope, depth);
      case 'each':
        if (name === 'key') return [{ kind: 'value', value: scope.key }];
        return name === 'value' ? this.#eachValue(rest, scope, depth) : unknown;
      case 'count':
        return [{ kind: 'value', value: scope.key }];
      case 'module':
        return name === undefined ? unknown : this.#output(name, rest, scope, depth);
      case 'local':
      case 'path':
      case 'terraform':
      case 'self':
        return unknown;
      case 'data':
        return this.#resource('data', steps.slice(1), scope, unknown);
      default:
        return this.#resource('managed', steps, scope, unknown);
    }
  }

  #resource(
    mode: 'managed' | 'data',
    [type, name, ...rest]: readonly Step[],
    { module }: Scope,
    unknown: readonly Referent[],
  ): readonly Referent[] {
    const all = this.instances.of(module, mode, nameOf(type) ?? '', nameOf(name) ?? '');
    const key = keyOf(rest[0]);
    const hasKey = key !== undefined && all.some((each) => each.key !== undefined);
    const path = hasKey ? rest.slice(1) : rest;
    const meant = hasKey ? all.filter((each) => each.key === key) : all;
    if (meant.length === 0) return unknown;
    return meant.map((resource) => {
      const value = mode === 'data' ? valueAt(resource.values, path) : undefined;
      return value === undefined ? { kind: 'resource', resource, path } : { kind: 'value', value };
    });
  }

  #variable(name: string, path: readonly Step[], scope: Scope, depth: number): readonly Referent[] {
    const { module } = scope;
    const preset = module.configuration?.variables?.[name]?.default;
    if (module.parent === undefined) {
      const value = valueAt(this.variables[name] ?? preset, path);
      return value === undefined
        ? [{ kind: 'unknown', reference: `var.${name}` }]
        : [{ kind: 'value', value }];
    }
    const expression = module.call?.expressions?.[name];
    if (expression === undefined) return [{ kind: 'value', value: valueAt(preset, path) }];
    const outer = { module: module.parent, key: module.key, forEach: module.call?.for_each_expression };
    return this.of(expression, outer, depth + 1).map((found) => at(found, path));
  }

  #output(name: string, steps: readonly Step[], { module }: Scope, depth: number): readonly Referent[] {
    const all = this.instances.calledBy(module, name);
    const key = keyOf(steps[0]);
    const [output, ...path] = key === undefined ? steps : steps.slice(1);
    return all
      .filter((each) => key === undefined || each.key === key)
      .flatMap((child): readonly Referent[] => {
        // the whole module, in triggers or depends_on
        if (output === undefined) {
          return this.instances.within(child).map((resource) => ({ kind: 'resource', resource, path: [] }));
        }
        const expression = child.configuration?.outputs?.[nameOf(output) ?? '']?.expression;
        const inner = { module: child, key: undefined, forEach: undefined };
        return this.of(expression, inner, depth + 1).map((found) => at(found, path));
      });
  }

  #eachValue(path: readonly Step[], scope: Scope, depth: number): readonly Referent[] {
    const { key, forEach } = scope;
    const all = this.of(forEach, scope, depth + 1);
    return narrowed(all, new Set(key === undefined ? [] : [key])).flatMap((found) => {
      if (found.kind !== 'value') return [at(found, path)];
      const value = valueAt(found.value, [{ key: key ?? '' }, ...path]);
      return value === undefined ? [] : [{ kind: 'value', value }];
    });
  }
}

/** A value or a resource's attribute below what was found. A reference to an attribute has it already. */
function at(found: Referent, path: readonly Step[]): Referent {
  if (path.length === 0) return found;
  if (found.kind === 'value') return { kind: 'value', value: valueAt(found.value, path) };
  return found.kind === 'resource' && found.path.length === 0 ? { ...found, path } : found;
}

export function valueAt(value: unknown, path: readonly Step[]): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = (inner as Readonly<Record<string, unknown>>)['name' in step ? step.name : step.key];
  }
  return inner;
}

/** The keys that a reference names for the other references of its expression. */
function keysNamed(text: string, found: readonly Referent[], { key }: Scope): readonly (string | number)[] {
  const isOwn = /^(each|count)\./.test(text) && key !== undefined;
  const values = found.flatMap((each) => (each.kind === 'value' ? [each.value] : []));
  return [
    ...(isOwn ? [key] : []),
    ...values.filter((each) => typeof each === 'string' || typeof each === 'number'),
  ];
}

function narrowed(found: readonly Referent[], keys: ReadonlySet<string | number>): readonly Referent[] {
  if (found.length < 2 || keys.size === 0) return found;
  const named = found.filter((each) => {
    const key = each.kind === 'resource' ? nearestKey(each.resource) : undefined;
    return key !== undefined && keys.has(key);
  });
  return named.length > 0 ? named : found;
}

/** Its own, or that of the innermost module with one. */
function nearestKey({ key, module }: ResourceInstance): string | number | undefined {
  let [nearest, around]: [typeof key, ModuleInstance | undefined] = [key, module];
  for (; nearest === undefined && around !== undefined; around = around.parent) nearest = around.key;
  return nearest;
}

const isList = (expression: Expression): expression is readonly Expression[] => Array.isArray(expression);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
