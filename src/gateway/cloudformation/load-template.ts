import { ControlError } from '../control/control-error.js';
import { type ControlPlane } from '../control/control-plane.js';
import { ResourceRefusedError } from './cloudformation-error.js';
import { inDependencyOrder } from './dependencies.js';
import { type StackSettings, type Value } from './evaluator.js';
import { type CreatedResource, creatorOf } from './resource-types.js';
import { Stack } from './stack.js';
import { readTemplate, type Resource } from './template.js';
import { wireInput } from './wire-input.js';

export interface LoadOptions extends Omit<StackSettings, 'mayLackValues'> {
  /** For error messages. */
  readonly fileName: string;
}

export interface LoadReport {
  readonly created: readonly LoadedResource[];
  /** Resources that this gateway does not create: references to them have placeholder values. */
  readonly ignored: readonly LoadedResource[];
  readonly apis: readonly {
    readonly logicalId: string;
    readonly apiId: string;
    readonly stages: readonly string[];
  }[];
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
  const created = new Map<string, CreatedResource>();
  const ignoredApis = new Set<string>();
  const stack = new Stack(readTemplate(text, options.fileName), options, (resource, attribute) => {
    const physical = created.get(resource.logicalId);
    return attribute === undefined ? physical?.ref : physical?.attributes[attribute];
  });

  const ordered = inDependencyOrder(stack);
  for (const resource of ordered) {
    const create = creatorOf(resource.type);
    if (create === undefined) continue;
    const input = wireInput(resource.type, properties(stack, resource));
    // ignores an API of a document, and its resources, which refer to it by its logical id: the placeholder value
    if (isImportedApi(resource)) ignoredApis.add(resource.logicalId);
    else if (!ignoredApis.has(String(input.apiId))) {
      created.set(
        resource.logicalId,
        refusedAt(stack, resource, () => create(plane, input)),
      );
    }
  }
  return report(plane, stack, ordered, created);
}

/** @throws {CloudFormationError} a property that cannot be evaluated */
function properties(stack: Stack, resource: Resource): Readonly<Record<string, Value>> {
  const values = [...resource.properties].map(([name, { value }]) => [name, stack.value(value)] as const);
  return Object.fromEntries(
    values.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined),
  );
}

/** An API that its OpenAPI document describes. */
const isImportedApi = ({ type, properties: declared }: Resource) =>
  type === 'AWS::ApiGatewayV2::Api' && (declared.has('Body') || declared.has('BodyS3Location'));

/** Adds the resource's place to an error of the control plane. */
function refusedAt<T>(stack: Stack, { at, logicalId, type }: Resource, create: () => T): T {
  try {
    return create();
  } catch (cause) {
    if (!(cause instanceof ControlError)) throw cause;
    const { fileName } = stack.template.document;
    throw new ResourceRefusedError(fileName, at, logicalId, `${logicalId} (${type}): ${cause.message}`, {
      cause,
    });
  }
}

function report(
  plane: ControlPlane,
  stack: Stack,
  ordered: readonly Resource[],
  createdById: ReadonlyMap<string, CreatedResource>,
): LoadReport {
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
    exports: new Map(exports.map(({ name, value }) => [stack.text(name), stack.text(value)])),
  };
}
