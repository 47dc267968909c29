import { type Instances, type ModuleInstance, type ResourceInstance } from './instances.js';
import { type References, type Scope, scopeOf } from './references.js';
import { kindOf } from './resource-kinds.js';

/**
 * The addresses of the resources that Terraform creates before this one: all that its expressions refer to, and those of
 * `depends_on`, of its modules as well. A reference through a local value is not printed, and so not found.
 */
export function dependenciesOf(
  resource: ResourceInstance,
  instances: Instances,
  references: References,
): readonly string[] {
  if (kindOf(resource.type) === undefined) return [];
  const { configuration, module, dependsOn } = resource;
  const written = Object.values(configuration?.expressions ?? {}).flatMap((expression) =>
    references.of(expression, scopeOf(resource)),
  );
  const found = [
    ...written.flatMap((each) => (each.kind === 'resource' ? [each.resource] : [])),
    ...named(configuration?.depends_on, module, instances, references),
    ...ofModules(module, instances, references),
    ...dependsOn.flatMap((address) => instances.withoutKeys(address)),
  ];
  const addresses = found.filter(({ mode }) => mode === 'managed').map(({ address }) => address);
  return [...new Set(addresses)].filter((address) => address !== resource.address);
}

function ofModules(
  module: ModuleInstance,
  instances: Instances,
  references: References,
): readonly ResourceInstance[] {
  const { parent, call } = module;
  if (parent === undefined) return [];
  return [
    ...named(call?.depends_on, parent, instances, references),
    ...ofModules(parent, instances, references),
  ];
}

/** @param addresses of `depends_on`, relative to the module */
function named(
  addresses: readonly string[] | undefined,
  module: ModuleInstance,
  instances: Instances,
  references: References,
): readonly ResourceInstance[] {
  const scope: Scope = { module, key: undefined, forEach: undefined };
  return (addresses ?? []).flatMap((address) => {
    const found = references
      .follow(address, scope)
      .flatMap((each) => (each.kind === 'resource' ? [each.resource] : []));
    if (found.length > 0) return found;
    return instances.withoutKeys(`${module.address === '' ? '' : `${module.address}.`}${address}`);
  });
}
