import { type Dictionary, type Node } from '../document.js';

/**
 * SAM's references to what it creates, such as `!Ref Api.Stage`, with the logical ids of the expansion.
 *
 * @param names the logical ids, by the reference
 */
export function renameReferences(root: Dictionary, names: ReadonlyMap<string, string>): Dictionary {
  return names.size === 0 ? root : { ...root, entries: renamed(root, names) };
}

function rename(node: Node, names: ReadonlyMap<string, string>): Node {
  switch (node.kind) {
    case 'scalar':
      return node;
    case 'list':
      return { ...node, items: node.items.map((item) => rename(item, names)) };
    case 'dictionary':
      return { ...node, entries: renamed(node, names) };
    case 'call':
      return { ...node, argument: argumentOf(node.name, rename(node.argument, names), names) };
  }
}

const renamed = ({ entries }: Dictionary, names: ReadonlyMap<string, string>) =>
  new Map([...entries].map(([key, entry]) => [key, { ...entry, value: rename(entry.value, names) }]));

function argumentOf(name: string, argument: Node, names: ReadonlyMap<string, string>): Node {
  if (name === 'Fn::Sub' && argument.kind === 'list') {
    const [text, ...others] = argument.items;
    return text === undefined ? argument : { ...argument, items: [argumentOf(name, text, names), ...others] };
  }
  if (argument.kind !== 'scalar' || typeof argument.value !== 'string') return argument;
  if (name === 'Ref') return { ...argument, value: names.get(argument.value) ?? argument.value };
  if (name !== 'Fn::Sub') return argument;
  const value = argument.value.replace(/\$\{([^}!]+)\}/g, (all, variable: string) => {
    const found = names.get(variable.trim());
    return found === undefined ? all : `\${${found}}`;
  });
  return { ...argument, value };
}
