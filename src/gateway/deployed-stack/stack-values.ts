import { type NeededValues, neededValues } from '../cloudformation/needed-values.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { type AwsReader, type DeployedStack } from './aws-reader.js';

interface ValueSettings {
  readonly region: string;
  readonly accountId: string;
  /** Values that are given; they take precedence. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A name may be made of another value, such as the path of a parameter of an export: so many in a row are found. */
const MAX_ROUNDS = 3;

/** Values of deployed stacks, for templates that need them. What was read once is not read again. */
export class StackValues {
  /** Names that were asked for, with their values. */
  readonly #known = new Map<string, string | undefined>();

  /** @param stacks names of stacks on AWS; the first one that has a value counts */
  constructor(
    private readonly stacks: readonly string[],
    private readonly reader: AwsReader,
  ) {}

  /**
   * The values that the templates need and that are not given: of parameters, the values with which a stack was
   * deployed, or its outputs of the same name; of imports, the exports of the account; of `{{resolve:ssm:…}}` and of
   * parameters in the Parameter Store, the values there.
   *
   * @returns those that were found
   * @throws {UsageError} AWS cannot be reached, refuses, or has no such stack
   */
  async valuesFor(
    templates: readonly TemplateFile[],
    settings: ValueSettings,
  ): Promise<ReadonlyMap<string, string>> {
    let found = new Map<string, string>();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const parameters = new Map([...found, ...settings.parameters]);
      const needed = neededValues(templates, { ...settings, parameters });
      const names = [...needed.parameters.keys(), ...needed.imports, ...needed.references].filter(
        (name) => !settings.parameters.has(name),
      );
      const unknown = names.filter((name) => !this.#known.has(name));
      if (unknown.length > 0) await this.#read(needed, new Set(unknown));
      const before = found.size;
      found = new Map(
        names.flatMap((name) => {
          const value = this.#known.get(name);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      if (found.size === before) break;
    }
    return found;
  }

  async #read({ parameters, imports, references }: NeededValues, unknown: ReadonlySet<string>) {
    const stacks: DeployedStack[] = [];
    for (const name of this.stacks) stacks.push(await this.reader.stack(name));
    const first = (read: (stack: DeployedStack) => ReadonlyMap<string, string>, name: string) =>
      stacks.map((stack) => read(stack).get(name)).find((value) => value !== undefined);

    const paths = new Map<string, string>();
    for (const [name, path] of parameters) {
      if (!unknown.has(name)) continue;
      const value = first((stack) => stack.parameters, name) ?? first((stack) => stack.outputs, name);
      this.#known.set(name, value);
      if (value === undefined && path !== undefined) paths.set(name, path);
    }
    const missing: string[] = [];
    for (const name of imports) {
      if (!unknown.has(name)) continue;
      const value = first((stack) => stack.exports, name);
      this.#known.set(name, value);
      if (value === undefined) missing.push(name);
    }
    if (missing.length > 0) {
      const exports = await this.reader.exports(new Set(missing));
      for (const name of missing) this.#known.set(name, exports.get(name));
    }
    for (const reference of references) {
      if (!unknown.has(reference)) continue;
      this.#known.set(reference, undefined);
      const path = reference.match(/^resolve:ssm:(.+)$/)?.[1];
      if (path !== undefined) paths.set(reference, path);
    }
    if (paths.size === 0) return;
    const stored = await this.reader.storedParameters([...new Set(paths.values())]);
    for (const [name, path] of paths) this.#known.set(name, stored.get(path));
  }
}
