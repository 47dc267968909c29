import { type Document } from '../document.js';
import { otherTerraformFile } from './other-files.js';

/**
 * What `terraform show -json` (or `tofu show -json`) prints of a plan or a state.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export interface ShownTerraform {
  readonly kind: 'plan' | 'state';
  /** Of a plan: what there is after it was applied. */
  readonly root: ShownModule;
  /** Of a plan: what there is before, with the data sources that were read. */
  readonly prior: ShownModule | undefined;
  /** Of a plan: its modules as they are written. A state has none. */
  readonly configuration: ConfiguredModule | undefined;
  /** Of a plan: the values of the variables of the root module. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of a plan: address of a resource → the form of its values, with `true` where one is known after apply. */
  readonly unknown: ReadonlyMap<string, unknown>;
}

export interface ShownModule {
  readonly resources?: readonly ShownResource[];
  readonly child_modules?: readonly (ShownModule & { readonly address?: string })[];
}

export interface ShownResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  /** Key of `for_each`, or index of `count`. */
  readonly index?: string | number;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Of a state: addresses without keys. */
  readonly depends_on?: readonly string[];
}

export interface ConfiguredModule {
  readonly resources?: readonly ConfiguredResource[];
  readonly module_calls?: Readonly<Record<string, ModuleCall>>;
  readonly outputs?: Readonly<Record<string, { readonly expression?: Expression }>>;
  readonly variables?: Readonly<Record<string, { readonly default?: unknown }>>;
}

export interface ConfiguredResource {
  /** Relative to its module. */
  readonly address: string;
  readonly expressions?: Readonly<Record<string, Expression>>;
  readonly for_each_expression?: Expression;
  readonly depends_on?: readonly string[];
}

export interface ModuleCall {
  readonly expressions?: Readonly<Record<string, Expression>>;
  readonly for_each_expression?: Expression;
  readonly depends_on?: readonly string[];
  readonly module?: ConfiguredModule;
}

/** A value, or only what it refers to: Terraform prints no other part of an expression. Blocks have several. */
export type Expression =
  | { readonly constant_value?: unknown; readonly references?: readonly string[] }
  | readonly Expression[]
  | { readonly [name: string]: Expression };

/** Whether a file is what `terraform show -json` prints, and not a template. */
export function isShownTerraform(text: string): boolean {
  if (!/^\s*\{/.test(text) || !text.includes('"format_version"')) return false;
  return /"(planned_values|terraform_version)"\s*:/.test(text) || /^\s*\{\s*"format_version"/.test(text);
}

/** @throws {CloudFormationError} the text is something else: the message says which command prints what is needed */
export function readShownTerraform(document: Pick<Document, 'text' | 'fileName' | 'error'>): ShownTerraform {
  const { text, fileName } = document;
  const fail = (reason: string) => document.error({ line: 1, column: 1 }, reason);
  const other = otherTerraformFile(text, fileName);
  if (other !== undefined) throw fail(other);
  const json = parsed(text, fail);
  const { format_version: version } = json;
  if (typeof version !== 'string') throw fail(`it is not what terraform show -json prints; ${HOW}`);
  if (!/^[01]\./.test(version)) {
    throw fail(`its format_version is ${version}; this gateway reads 0.x and 1.x, up to Terraform 1.x`);
  }
  if (json.errored === true) throw fail('the plan is incomplete, because terraform plan has failed');
  const configuration = json.configuration as { readonly root_module?: ConfiguredModule } | undefined;
  const planned = json.planned_values as Values | undefined;
  if (planned !== undefined) {
    return {
      kind: 'plan',
      root: planned.root_module ?? {},
      prior: (json.prior_state as { readonly values?: Values } | undefined)?.values?.root_module,
      configuration: configuration?.root_module,
      variables: variablesOf(json.variables),
      unknown: unknownValues(json.resource_changes),
    };
  }
  const values = json.values as Values | undefined;
  if (values?.root_module === undefined) {
    throw fail(`it has no resources: the state is empty before the first apply; ${HOW}`);
  }
  return {
    kind: 'state',
    root: values.root_module,
    prior: undefined,
    configuration: undefined,
    variables: {},
    unknown: new Map(),
  };
}

interface Values {
  readonly root_module?: ShownModule;
}

const HOW =
  'of a plan: terraform plan -out plan.tfplan && terraform show -json plan.tfplan > plan.json; of a state: terraform show -json > state.json';

function parsed(text: string, fail: (reason: string) => Error): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw fail(`it is not JSON (${(cause as Error).message}); ${HOW}`);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw fail(`it is not what terraform show -json prints; ${HOW}`);
}

const variablesOf = (variables: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries((variables ?? {}) as Readonly<Record<string, { readonly value?: unknown }>>).map(
      ([name, { value }]) => [name, value],
    ),
  );

function unknownValues(changes: unknown): ReadonlyMap<string, unknown> {
  const all = (changes ?? []) as readonly {
    readonly address: string;
    readonly change?: { readonly after_unknown?: unknown };
  }[];
  return new Map(all.map(({ address, change }) => [address, change?.after_unknown]));
}
