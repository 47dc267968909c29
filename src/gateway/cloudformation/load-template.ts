import { ControlError } from '../control/control-error.js';
import { type ControlPlane } from '../control/control-plane.js';
import { type JsonObject } from '../control/fields/fields.js';
import { keepingId } from '../control/resources/resource-id.js';
import { type DeclaredTargets } from '../integrations/declared-targets.js';
import { type FunctionSource } from '../lambda/function-source.js';
import { assetFunctions } from './asset-functions.js';
import { CloudFormationError, type Place } from './cloudformation-error.js';
import { inDependencyOrder } from './dependencies.js';
import { type Node } from './document.js';
import { type StackSettings, type Value } from './evaluator.js';
import { prepareTemplate } from './prepare-template.js';
import { readDeclaredTargets } from './read-declared-targets.js';
import { type CreatedResource, creatorOf } from './resource-types.js';
import { Stack } from './stack.js';
import { ObservedParameters, type TemplateNames, templateNames } from './template-names.js';
import { type Resource } from './template.js';
import { type TemplateFile } from './template-file.js';
import { type UnservedApi, unservedApi } from './unserved-apis.js';
import { wireInput } from './wire-input.js';

export interface LoadOptions extends Omit<StackSettings, 'mayLackValues'> {
  /** For error messages. */
  readonly fileName: string;
  /** The templates of nested stacks, by logical id. */
  readonly nested?: TemplateFile['nested'];
  readonly assets?: TemplateFile['assets'];
  /**
   * The resources of templates that were loaded before, by file name: of the same template, those with the same logical
   * id and type keep their ids. They must no longer be in the control plane.
   */
  readonly before?: ReadonlyMap<string, LoadedStack> | undefined;
}

/** The created resources of a template, by logical id. */
export type LoadedStack = ReadonlyMap<string, CreatedResource & { readonly type: string }>;

export interface LoadReport {
  readonly created: readonly LoadedResource[];
  /** Resources that this gateway does not create: references to them have placeholder values. */
  readonly ignored: readonly LoadedResource[];
  readonly apis: readonly {
    readonly logicalId: string;
    readonly apiId: string;
    readonly stages: readonly string[];
  }[];
  /** What imports of OpenAPI definitions have left out. */
  readonly importWarnings: readonly { readonly logicalId: string; readonly warning: string }[];
  readonly stack: LoadedStack;
  readonly unserved: readonly UnservedApi[];
  readonly targets: DeclaredTargets;
  readonly names: TemplateNames;
  readonly outputs: ReadonlyMap<string, string>;
  /** The exported `Outputs` by name: parameters for templates that import them. */
  readonly exports: ReadonlyMap<string, string>;
  /** Functions whose code is a local folder, by name. */
  readonly functions: ReadonlyMap<string, FunctionSource>;
  /** The nested stacks, and those nested in them. */
  readonly nested: readonly LoadedTemplate[];
}

/** A template as it was loaded. */
export type LoadedTemplate = Omit<TemplateFile, 'nested'> & LoadReport;

interface LoadedResource extends Place {
  readonly type: string;
  readonly logicalId: string;
  /** The value of `Ref`; absent for an ignored resource. */
  readonly id: string | undefined;
}

/**
 * Creates a template's resources in the control plane, each after its dependencies, by the operations that an SDK would
 * call: what AWS would refuse is refused.
 *
 * @throws {CloudFormationError} with file, line and column: the template cannot be parsed or evaluated, has a cycle, or
 *   one of its resources is refused. Resources that were created before that remain
 */
export function loadTemplate(plane: ControlPlane, text: string, options: LoadOptions): LoadReport {
  const created = new Map<string, CreatedResource & { readonly type: string }>();
  const nested: LoadedTemplate[] = [];
  const parameters = new ObservedParameters(options.parameters);
  const settings = { ...options, parameters };
  const stack = new Stack(
    prepareTemplate(text, options.fileName, settings),
    settings,
    (resource, attribute) => {
      const physical = created.get(resource.logicalId);
      return attribute === undefined ? physical?.ref : physical?.attributes[attribute];
    },
  );

  const ordered = inDependencyOrder(stack);
  for (const resource of ordered) {
    const { logicalId, type } = resource;
    const file = type === NESTED_STACK ? options.nested?.get(logicalId) : undefined;
    if (file !== undefined) {
      const loaded = loadNested(plane, stack, resource, file, options);
      nested.push({ ...file, ...loaded }, ...loaded.nested);
      created.set(logicalId, { type, ref: stack.arnOf(resource), attributes: outputsOf(loaded) });
      continue;
    }
    const create = creatorOf(type);
    if (create === undefined) continue;
    const input = inputOf(stack, resource);
    const before = resourceBefore(resource, options.before?.get(options.fileName));
    const make = () => create(plane, { ...before?.chosen, ...input });
    const kind = type.slice(type.lastIndexOf(':') + 1);
    const result = refusedAt(stack, resource, () =>
      before === undefined ? make() : keepingId(kind, before.ref, make),
    );
    created.set(logicalId, { ...result, type });
  }
  return {
    ...report(plane, stack, ordered, created),
    names: templateNames(stack, parameters.lookedUp),
    functions: options.assets === undefined ? new Map() : assetFunctions(stack, options.assets),
    nested,
  };
}

const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** Loads the template of a nested stack with the parameters that this one passes. */
function loadNested(
  plane: ControlPlane,
  stack: Stack,
  resource: Resource,
  file: TemplateFile,
  options: LoadOptions,
): LoadReport {
  const node = resource.properties.get('Parameters')?.value;
  const passed = node?.kind === 'dictionary' ? [...node.entries] : [];
  const parameters = passed.flatMap(([name, { value }]) => {
    const text = parameterText(stack.value(value));
    return text === undefined ? [] : [[name, text] as const];
  });
  return loadTemplate(plane, file.text, {
    ...options,
    fileName: file.fileName,
    nested: file.nested,
    assets: file.assets,
    parameters: new Map([...options.parameters, ...parameters]),
  });
}

/** A list is passed as text with commas. Nothing for `AWS::NoValue`, with which the nested stack has its default. */
function parameterText(value: Value | undefined): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' || value === undefined ? undefined : String(value);
}

const outputsOf = ({ outputs }: LoadReport): Readonly<Record<string, string>> =>
  Object.fromEntries([...outputs].map(([name, value]) => [`Outputs.${name}`, value]));

function resourceBefore(
  { logicalId, type }: Resource,
  stack: LoadedStack | undefined,
): CreatedResource | undefined {
  const before = stack?.get(logicalId);
  return before?.type === type ? before : undefined;
}

/**
 * The properties of a resource in the control plane's format.
 *
 * @throws {CloudFormationError} a property that cannot be evaluated
 */
export function inputOf(stack: Stack, resource: Resource): JsonObject {
  const values = [...resource.properties].map(([name, { value }]) => [name, stack.value(value)] as const);
  const known = values.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined);
  return wireInput(resource.type, Object.fromEntries(known));
}

/** Adds the resource's place to an error of the control plane. */
function refusedAt<T>(stack: Stack, { at, logicalId, type }: Resource, create: () => T): T {
  try {
    return create();
  } catch (cause) {
    if (!(cause instanceof ControlError)) throw cause;
    const { fileName } = stack.template.document;
    throw new CloudFormationError(fileName, at, `${logicalId} (${type}): ${cause.message}`, { cause });
  }
}

function report(
  plane: ControlPlane,
  stack: Stack,
  ordered: readonly Resource[],
  createdById: LoadedStack,
): Omit<LoadReport, 'names' | 'functions' | 'nested'> {
  const loaded = ordered.map(({ type, logicalId, at }) => ({
    type,
    logicalId,
    line: at.line,
    column: at.column,
    id: createdById.get(logicalId)?.ref,
  }));
  const outputs = stack.template.outputs.filter((item) => stack.isCreated(item));
  const created = loaded.filter(({ logicalId }) => createdById.has(logicalId));
  return {
    created,
    ignored: loaded.filter(({ logicalId }) => !createdById.has(logicalId)),
    apis: created.flatMap(({ type, logicalId, id = '' }) => {
      if (type !== 'AWS::ApiGatewayV2::Api') return [];
      return [{ logicalId, apiId: id, stages: [...(plane.apis.get(id)?.stages.keys() ?? [])] }];
    }),
    importWarnings: created.flatMap(({ logicalId }) =>
      (createdById.get(logicalId)?.importWarnings ?? []).map((warning) => ({ logicalId, warning })),
    ),
    stack: createdById,
    unserved: [...stack.template.resources.values()]
      .filter(({ logicalId }) => !createdById.has(logicalId))
      .flatMap((resource) => unservedApi(resource, stack.isCreated(resource))),
    targets: readDeclaredTargets(stack),
    outputs: new Map(outputs.flatMap(({ outputName, value }) => outputValue(stack, outputName, value))),
    exports: new Map(
      outputs.flatMap(({ name, value }) => (name ? [[stack.text(name), stack.text(value)] as const] : [])),
    ),
  };
}

/** Nothing for a value that cannot be evaluated: only a reference to it is an error. */
function outputValue(stack: Stack, name: string, value: Node): readonly (readonly [string, string])[] {
  try {
    return [[name, stack.text(value)]];
  } catch (error) {
    if (error instanceof CloudFormationError) return [];
    throw error;
  }
}
