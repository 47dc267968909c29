import { EXPANDED_TEMPLATE_NODES } from '../silent/cloudformation-choices.js';
import { type Place } from './cloudformation-error.js';
import { type Call, type Document, type Entry, type Node, TEMPLATE_BYTES } from './document.js';
import { type StackSettings } from './evaluator.js';
import { Stack } from './stack.js';
import { isLoop, type Template, templateOf } from './template.js';

/**
 * The template with its loops expanded: each `Fn::ForEach::Name` in its sections becomes the entries of all its passes.
 *
 * @throws {CloudFormationError} a loop of the wrong form, a list that cannot be evaluated, or two entries of one name
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export function expandLoops(template: Template, settings: StackSettings): Template {
  const { document, hasLanguageExtensions } = template;
  const { root } = document;
  if (!hasLanguageExtensions || root.kind !== 'dictionary') return template;
  const expansion = new Expansion(document, new Stack(template, settings));
  const entries = [...root.entries].map(([name, entry]) => {
    const value = SECTIONS.has(name) ? expansion.node(entry.value, new Map()) : entry.value;
    return [name, { ...entry, value }] as const;
  });
  return templateOf({ ...document, root: { ...root, entries: new Map(entries) } });
}

const SECTIONS: ReadonlySet<string> = new Set(['Conditions', 'Resources', 'Outputs']);

/** The values of the loops around a node, by the loop's identifier. */
type Variables = ReadonlyMap<string, string>;

class Expansion {
  #nodes = 0;
  /** Of the texts with variables, after their replacement. */
  #characters = 0;

  constructor(
    private readonly document: Document,
    private readonly stack: Stack,
  ) {}

  /** The node with the variables replaced and the loops below it expanded. */
  node(node: Node, variables: Variables): Node {
    this.#nodes += 1;
    if (this.#nodes > EXPANDED_TEMPLATE_NODES) {
      throw this.document.error(
        node.at,
        `the template has more than ${EXPANDED_TEMPLATE_NODES} nodes with its loops expanded`,
      );
    }
    switch (node.kind) {
      case 'scalar':
        return typeof node.value === 'string'
          ? { ...node, value: this.#replaced(node.value, node.at, variables) }
          : node;
      case 'list':
        return { ...node, items: node.items.map((item) => this.node(item, variables)) };
      case 'call':
        return this.#call(node, variables);
      case 'dictionary':
        return { ...node, entries: this.#entries(node.entries, variables) };
    }
  }

  #call(call: Call, variables: Variables): Node {
    const { name, argument, at, range } = call;
    if (isLoop(name)) {
      const loop: Entry = { at, value: argument };
      return { kind: 'dictionary', at, range, entries: this.#entries(new Map([[name, loop]]), variables) };
    }
    const value =
      name === 'Ref' && argument.kind === 'scalar' ? variables.get(String(argument.value)) : undefined;
    if (value !== undefined) return { kind: 'scalar', at, range, value };
    return { ...call, argument: this.node(argument, variables) };
  }

  #entries(entries: ReadonlyMap<string, Entry>, variables: Variables): ReadonlyMap<string, Entry> {
    const expanded = new Map<string, Entry>();
    for (const [key, entry] of entries) {
      const added = isLoop(key)
        ? this.#loop(key, entry, variables)
        : [
            [
              this.#replaced(key, entry.at, variables),
              { at: entry.at, value: this.node(entry.value, variables) },
            ] as const,
          ];
      for (const [name, item] of added) {
        if (expanded.has(name)) throw this.document.error(item.at, `duplicate key '${name}'`);
        expanded.set(name, item);
      }
    }
    return expanded;
  }

  /** The entries of all passes of a loop: `[identifier, list, entries]`. */
  #loop(name: string, { at, value }: Entry, variables: Variables): readonly (readonly [string, Entry])[] {
    const [identifier, list, body] = value.kind === 'list' && value.items.length === 3 ? value.items : [];
    if (identifier?.kind !== 'scalar' || list === undefined || body === undefined) {
      throw this.document.error(at, `${name} needs an identifier, a list and an object`);
    }
    const items = this.stack.list(this.node(list, variables));
    return items.flatMap((item) => {
      if (typeof item === 'object') throw this.document.error(list.at, `the list of ${name} must have texts`);
      const pass = this.node(body, new Map([...variables, [String(identifier.value), String(item)]]));
      if (pass.kind !== 'dictionary') throw this.document.error(body.at, `${name} needs an object`);
      return [...pass.entries];
    });
  }

  /** Replaces `${Identifier}`, and `&{Identifier}` by the letters and digits of the value. */
  #replaced(text: string, at: Place, variables: Variables): string {
    const parts = text.split(/([$&]\{\w+\})/);
    if (variables.size === 0 || parts.length === 1) return text;
    const texts = parts.map((part, index) => {
      const value = index % 2 === 1 ? variables.get(part.slice(2, -1)) : undefined;
      if (value === undefined) return part;
      return part.startsWith('&') ? value.replace(/[^A-Za-z0-9]/g, '') : value;
    });
    this.#characters += texts.reduce((sum, { length }) => sum + length, 0);
    if (this.#characters > TEMPLATE_BYTES) {
      throw this.document.error(at, 'the template is larger than 1 MB with its loops expanded');
    }
    return texts.join('');
  }
}
