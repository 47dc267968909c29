import { ControlError } from '../control/control-error.js';
import { type ControlPlane } from '../control/control-plane.js';
import { type JsonObject } from '../control/fields/fields.js';
import { keepingId } from '../control/resources/resource-id.js';
import { type DeclaredTargets } from '../integrations/declared-targets.js';
import { CloudFormationError } from './cloudformation-error.js';
import { inDependencyOrder } from './dependencies.js';
import { type StackSettings, type Value } from './evaluator.js';
import { prepareTemplate } from './prepare-template.js';
import { readDeclaredTargets } from './read-declared-targets.js';
import { type CreatedResource, creatorOf } from './resource-types.js';
import { Stack } from './stack.js';
import { ObservedParameters, type TemplateNames, templateNames } from './template-names.js';
import { type Resource } from './template.js';
import { type UnservedApi, unservedApi } from './unserved-apis.js';
import { wireInput } from './wire-input.js';

export interface LoadOptions extends Omit<StackSettings, 'mayLackValues'> {
  /** For error messages. */
  readonly fileName: string;
  /**
   * The resources of the same template when it was loaded before: those with the same logical id and type keep their
   * ids. They must no longer be in the control plane.
   */
  readonly before?: LoadedStack | undefined;
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
  /** The exported `Outputs` by name: parameters for templates that import them. */
  readonly exports: ReadonlyMap<string, string>;
}

interface LoadedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly line: number;
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
    const create = creatorOf(resource.type);
    if (create === undefined) continue;
    const input = inputOf(stack, resource);
    const before = resourceBefore(resource, options.before);
    const make = () => create(plane, { ...before?.chosen, ...input });
    const { logicalId, type } = resource;
    const kind = type.slice(type.lastIndexOf(':') + 1);
    const result = refusedAt(stack, resource, () =>
      before === undefined ? make() : keepingId(kind, before.ref, make),
    );
    created.set(logicalId, { ...result, type });
  }
  return { ...report(plane, stack, ordered, created), names: templateNames(stack, parameters.lookedUp) };
}

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
): Omit<LoadReport, 'names'> {
  const loaded = ordered.map(({ type, logicalId, at }) => ({
    type,
    logicalId,
    line: at.line,
    id: createdById.get(logicalId)?.ref,
  }));
  const exports = stack.template.exports.filter((item) => stack.isCreated(item));
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
    exports: new Map(exports.map(({ name, value }) => [stack.text(name), stack.text(value)])),
  };
}
