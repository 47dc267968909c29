import { type Dictionary, type Entry, type Node } from '../document.js';
import { property, type SamReader } from './sam-reader.js';

/**
 * The properties of a resource with those of `Globals`: objects are merged, lists joined, and of any other value the
 * resource's own is taken.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
 */
export function withGlobals(
  reader: SamReader,
  globals: Dictionary | undefined,
  resource: { readonly type: string; readonly whole: Dictionary; readonly properties: Dictionary },
): Dictionary {
  const kind = resource.type.slice(resource.type.lastIndexOf(':') + 1);
  const section = reader.dictionary(property(globals, kind), `Globals.${kind}`);
  const ignored = property(resource.whole, 'IgnoreGlobals');
  if (section === undefined || (ignored?.kind === 'scalar' && ignored.value === '*')) {
    return resource.properties;
  }
  const names = (reader.list(ignored, 'IgnoreGlobals') ?? []).map((name) => reader.text(name));
  const entries = [...section.entries].filter(([name]) => !names.includes(name));
  return mergeDictionaries({ ...section, entries: new Map(entries) }, resource.properties);
}

function mergeDictionaries(global: Dictionary, local: Dictionary): Dictionary {
  const entries = new Map<string, Entry>(global.entries);
  for (const [name, entry] of local.entries) {
    const other = entries.get(name);
    entries.set(name, other === undefined ? entry : { ...entry, value: merge(other.value, entry.value) });
  }
  return { ...local, entries };
}

function merge(global: Node, local: Node): Node {
  if (global.kind === 'dictionary' && local.kind === 'dictionary') return mergeDictionaries(global, local);
  if (global.kind === 'list' && local.kind === 'list') {
    return { ...local, items: [...global.items, ...local.items] };
  }
  return local;
}
