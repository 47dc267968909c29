import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';
import { checkedText } from './budget.js';
import { callMethod, indexFromEnd, readIndex, readProperty } from './methods.js';
import { numberOf } from './numbers.js';
import { type Expression, type Node, type Reference, type Step } from './syntax.js';
import { type Position } from './template-error.js';
import {
  areEqual,
  calculate,
  isMap,
  isOrdered,
  isTrue,
  javaList,
  putKey,
  textOf,
  type Value,
} from './values.js';
import { takeSteps } from './work.js';

/**
 * One rendering of a template, by the rules of Velocity 1.7: AWS names no version. Values are data or our own objects;
 * no name in a template reaches a member of a JavaScript object (`methods.ts`).
 */
export class Evaluation {
  /** Position of the directive or reference that is being evaluated, for errors. */
  position: Position = { line: 1, column: 1 };
  readonly #macros = new Map<string, Extract<Node, { kind: 'macro' }>>();
  readonly #definitions = new Map<string, readonly Node[]>();
  #isBreaking = false;
  #iterations = 0;
  #depth = 0;

  /** @param variables by name; `#set` changes them */
  constructor(private readonly variables: Map<string, Value>) {}

  render(nodes: readonly Node[]): string {
    let text = '';
    for (const node of nodes) {
      text = checkedText(text + this.#node(node));
      if (this.#isBreaking) break;
    }
    return text;
  }

  #node(node: Node): string {
    takeSteps(1);
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'print': {
        this.position = node.position;
        const definition = node.reference.path.length === 0 && this.#definitions.get(node.reference.name);
        if (definition) return this.#nested(() => this.render(definition));
        const value = this.#resolve(node.reference) ?? null;
        if (value === null) return node.reference.isQuiet ? '' : node.text;
        return textOf(value);
      }
      case 'set':
        this.position = node.position;
        this.#set(node.target, this.#evaluate(node.value));
        return '';
      case 'if': {
        const branch = node.branches.find(({ condition, position }) => {
          this.position = position;
          return condition === undefined || isTrue(this.#evaluate(condition));
        });
        return branch ? this.render(branch.body) : '';
      }
      case 'foreach':
        return this.#foreach(node);
      case 'break':
        this.#isBreaking = true;
        return '';
      case 'define':
        this.#definitions.set(node.name, node.body);
        return '';
      case 'macro':
        this.#macros.set(node.name, node);
        return '';
      case 'call':
        return this.#call(node);
    }
    return node satisfies never;
  }

  #foreach({ name, items, body, position }: Extract<Node, { kind: 'foreach' }>): string {
    this.position = position;
    const value = this.#evaluate(items);
    // any other value has no items
    const values = Array.isArray(value) ? [...(value as Value[])] : isMap(value) ? Object.values(value) : [];
    takeSteps(values.length);
    if (values.length > TEMPLATE_LIMITS.iterations) {
      throw new Error(
        `#foreach over ${values.length} items; API Gateway allows ${TEMPLATE_LIMITS.iterations}`,
      );
    }
    return this.#withVariables([name, 'foreach', 'velocityCount'], () => {
      let text = '';
      for (const [index, item] of values.entries()) {
        if ((this.#iterations += 1) > TEMPLATE_LIMITS.allIterations) {
          throw new Error(`more than ${TEMPLATE_LIMITS.allIterations} iterations in total`);
        }
        const last = index === values.length - 1;
        this.variables.set(name, item);
        this.variables.set('foreach', { index, count: index + 1, hasNext: !last, first: index === 0, last });
        this.variables.set('velocityCount', index + 1);
        text = checkedText(text + this.render(body));
        if (this.#isBreaking) break;
      }
      this.#isBreaking = false;
      return text;
    });
  }

  #call({ name, args, text, position }: Extract<Node, { kind: 'call' }>): string {
    this.position = position;
    const macro = this.#macros.get(name);
    if (macro === undefined) {
      if (!UNSUPPORTED_DIRECTIVES.has(name)) return text;
      throw new Error(`#${name} does not exist in mapping templates`);
    }
    const values = args.map((arg) => this.#evaluate(arg));
    return this.#withVariables(macro.parameters, () => {
      for (const [index, parameter] of macro.parameters.entries()) {
        this.variables.set(parameter, values[index] ?? null);
      }
      return this.#nested(() => this.render(macro.body));
    });
  }

  /** Restores the variables of these names afterwards. */
  #withVariables<T>(names: readonly string[], work: () => T): T {
    const before = names.map((name) => [name, this.variables.get(name)] as const);
    const result = work();
    for (const [name, value] of before) this.variables.set(name, value);
    return result;
  }

  #nested<T>(work: () => T): T {
    if ((this.#depth += 1) > TEMPLATE_LIMITS.depth)
      throw new Error(`macros are nested more than ${TEMPLATE_LIMITS.depth} levels deep`);
    const result = work();
    this.#depth -= 1;
    return result;
  }

  /** As in Velocity 1.7, `null` is not assigned: the variable keeps its value. */
  #set({ name, path }: Reference, value: Value): void {
    if (value === null || value === undefined) return;
    const last = path.at(-1);
    if (last === undefined) {
      this.variables.set(name, value);
      return;
    }
    const owner = this.#follow(this.variables.get(name), path.slice(0, -1));
    const key = last.kind === 'index' ? this.#evaluate(last.key) : last.name;
    if (Array.isArray(owner)) callMethod(owner, 'set', [indexFromEnd(owner, key), value]);
    else if (isMap(owner)) putKey(owner, textOf(key), value);
  }

  #evaluate(expression: Expression): Value {
    takeSteps(1);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'interpolated':
        return this.render(expression.body);
      case 'list':
        return javaList(expression.items.map((item) => this.#evaluate(item)));
      case 'range':
        return this.#range(expression.from, expression.to);
      case 'map': {
        const map = {};
        for (const [key, value] of expression.entries) putKey(map, key, this.#evaluate(value));
        return map;
      }
      case 'reference':
        return this.#resolve(expression.reference);
      case 'operation':
        return this.#operate(expression.operator, expression.operands);
    }
    return expression satisfies never;
  }

  #operate(operator: string, [first, second]: readonly Expression[]): Value {
    const a = () => (first ? this.#evaluate(first) : null);
    const b = () => (second ? this.#evaluate(second) : null);
    switch (operator) {
      case 'not':
        return !isTrue(a());
      case 'minus':
        return calculate('-', 0, a());
      case '&&':
        return isTrue(a()) && isTrue(b());
      case '||':
        return isTrue(a()) || isTrue(b());
      case '==':
        return areEqual(a(), b());
      case '!=':
        return !areEqual(a(), b());
      case '<':
      case '<=':
      case '>':
      case '>=':
        return isOrdered(operator, a(), b());
      default:
        return calculate(operator, a(), b());
    }
  }

  #range(from: Expression, to: Expression): Value {
    const [first, last] = [numberOf(this.#evaluate(from)), numberOf(this.#evaluate(to))];
    if (first === undefined || last === undefined) return null;
    const count = Math.abs(last - first) + 1;
    if (count > TEMPLATE_LIMITS.items) throw new Error(`a range of ${count} items`);
    return javaList(Array.from({ length: count }, (_, index) => first + (last < first ? -index : index)));
  }

  #resolve({ name, path }: Reference): Value {
    return this.#follow(this.variables.get(name), path);
  }

  #follow(root: Value, path: readonly Step[]): Value {
    let value = root;
    for (const step of path) {
      if (value === null || value === undefined) return null;
      value = this.#step(value, step);
    }
    return value;
  }

  #step(value: Value, step: Step): Value {
    takeSteps(1);
    switch (step.kind) {
      case 'property':
        return readProperty(value, step.name);
      case 'index':
        return readIndex(value, this.#evaluate(step.key));
      case 'method':
        return callMethod(
          value,
          step.name,
          step.args.map((arg) => this.#evaluate(arg)),
        );
    }
    return step satisfies never;
  }
}

/** Velocity's directives that would read files or evaluate text as a template. */
const UNSUPPORTED_DIRECTIVES = new Set(['parse', 'include', 'evaluate', 'stop', 'eval']);
