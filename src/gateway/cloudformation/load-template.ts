import { ControlError } from '../control/control-error.js';
import { type ControlPlane } from '../control/control-plane.js';
import { inDependencyOrder } from './dependencies.js';
import { type MadeResource, makerOf } from './resource-types.js';
import { Stack, type StackSettings, type Value } from './stack.js';
import { ResourceRefusedError } from './cloudformation-error.js';
import { readTemplate, type Resource } from './template.js';
import { wireInput } from './wire-input.js';

export interface LoadOptions extends Omit<StackSettings, 'mayLackValues'> {
  /** For messages. */
  readonly fileName: string;
}

export interface LoadReport {
  readonly created: readonly LoadedResource[];
  /** What this gateway does not make: references to it have made-up values. */
  readonly ignored: readonly LoadedResource[];
  readonly apis: readonly {
    readonly logicalId: string;
    readonly apiId: string;
    readonly stages: readonly string[];
  }[];
  /** What `Outputs` export, by name: parameters for templates that import it. */
  readonly exports: ReadonlyMap<string, string>;
}

export interface LoadedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly line: number;
  /** What `Ref` gives. */
  readonly id: string | undefined;
}

/**
 * Makes a template's resources in the control plane, each after what it depends on and otherwise in the template's
 * order, by the operations that an SDK would call: what AWS would refuse is refused.
 *
 * @throws {CloudFormationError} with file, line and column: the template cannot be read or evaluated, has a cycle, or
 *   one of its resources is refused. What was made before that stays made
 */
export function loadTemplate(plane: ControlPlane, text: string, options: LoadOptions): LoadReport {
  const made = new Map<string, MadeResource>();
  const ignoredApis = new Set<string>();
  const stack = new Stack(readTemplate(text, options.fileName), options, (resource, attribute) => {
    const physical = made.get(resource.logicalId);
    return attribute === undefined ? physical?.ref : physical?.attributes[attribute];
  });

  const ordered = inDependencyOrder(stack);
  for (const resource of ordered) {
    const make = makerOf(resource.type);
    if (make === undefined) continue;
    const input = wireInput(resource.type, properties(stack, resource));
    // an HTTP API, and what belongs to it; its own id is its logical one, as for all that is not made
    if (isOtherApi(resource, input.protocolType)) ignoredApis.add(resource.logicalId);
    else if (!ignoredApis.has(String(input.apiId))) {
      made.set(
        resource.logicalId,
        refusedAt(stack, resource, () => make(plane, input)),
      );
    }
  }
  return report(plane, stack, ordered, made);
}

/** @throws {CloudFormationError} a property that cannot be evaluated */
function properties(stack: Stack, resource: Resource): Readonly<Record<string, Value>> {
  const values = [...resource.properties].map(([name, { value }]) => [name, stack.value(value)] as const);
  return Object.fromEntries(
    values.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined),
  );
}

const isOtherApi = ({ type, properties: given }: Resource, protocol: unknown) =>
  type === 'AWS::ApiGatewayV2::Api' &&
  (protocol === 'HTTP' || given.has('Body') || given.has('BodyS3Location'));

function refusedAt<T>(stack: Stack, { at, logicalId, type }: Resource, make: () => T): T {
  try {
    return make();
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
  made: ReadonlyMap<string, MadeResource>,
): LoadReport {
  const loaded = ordered.map(({ type, logicalId, at }) => ({
    type,
    logicalId,
    line: at.line,
    id: made.get(logicalId)?.ref,
  }));
  const exports = stack.template.exports.filter((item) => stack.isMade(item));
  const created = loaded.filter(({ logicalId }) => made.has(logicalId));
  return {
    created,
    ignored: loaded.filter(({ logicalId }) => !made.has(logicalId)),
    apis: created.flatMap(({ type, logicalId, id = '' }) => {
      if (type !== 'AWS::ApiGatewayV2::Api') return [];
      return [{ logicalId, apiId: id, stages: [...(plane.apis.get(id)?.stages.keys() ?? [])] }];
    }),
    exports: new Map(exports.map(({ name, value }) => [stack.text(name), stack.text(value)])),
  };
}
