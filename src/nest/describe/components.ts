import { isDeepStrictEqual } from 'node:util';
import { referenceTo } from '../json/json-schema.js';
import { type DescribedSchema, type Schema } from './described-message.js';

/** The schemas of a document by their names, which differ for different schemas. */
export class Components {
  readonly #schemas = new Map<string, Schema>();
  /** As they were added, with their own references, by which the same one is recognized. */
  readonly #originals = new Map<string, Schema>();

  get schemas(): Readonly<Record<string, Schema>> {
    return Object.fromEntries(this.#schemas);
  }

  /** @returns the name under which it was added: `wanted`, or with a number if another schema has that */
  add(wanted: string, { schema, definitions }: DescribedSchema): string {
    const names = new Map(
      Object.entries(definitions).map(([name, each]) => {
        // zod names what has no name __schema0 and so on, in each message anew
        const given = name.startsWith('__') ? `${wanted}_${name.slice(2)}` : name;
        return [name, this.#reserve(given, each)] as const;
      }),
    );
    for (const [name, each] of Object.entries(definitions)) {
      const given = names.get(name)!;
      this.#schemas.set(given, renamed(each, given, names));
    }
    const name = this.#reserve(wanted, schema);
    this.#schemas.set(name, renamed(schema, name, names));
    return name;
  }

  #reserve(wanted: string, schema: Schema): string {
    const isFree = (name: string) =>
      !this.#originals.has(name) || isDeepStrictEqual(this.#originals.get(name), schema);
    let name = wanted;
    for (let count = 2; !isFree(name); count += 1) name = `${wanted}${count}`;
    this.#originals.set(name, schema);
    return name;
  }
}

/** The schema, with references to the document's names. @param self its own */
function renamed(named: Schema, self: string, names: ReadonlyMap<string, string>): Schema {
  const { id: _, $id: __, ...schema } = named;
  return JSON.parse(JSON.stringify(schema), (key: string, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value;
    if (value === '#') return referenceTo(self).$ref;
    const [, name] = /^#\/(?:definitions|\$defs)\/(.+)$/.exec(value) ?? [];
    return name === undefined ? value : referenceTo(names.get(name) ?? name).$ref;
  }) as Schema;
}
