import { keyOf, nameOf, parseAddress, type Step, withoutKeys, writtenKey } from './addresses.js';
import {
  type ConfiguredModule,
  type ConfiguredResource,
  type ModuleCall,
  type ShownModule,
  type ShownResource,
  type ShownTerraform,
} from './show-json.js';

/** A module, or one of the instances of a module with `count` or `for_each`. */
export interface ModuleInstance {
  /** `module.chat["a"]`; empty for the root module. */
  readonly address: string;
  readonly parent: ModuleInstance | undefined;
  readonly call: ModuleCall | undefined;
  readonly key: string | number | undefined;
  /** Absent in a state. */
  readonly configuration: ConfiguredModule | undefined;
}

/** A resource, or one of its instances with `count` or `for_each`. */
export interface ResourceInstance {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly key: string | number | undefined;
  readonly module: ModuleInstance;
  /** Values that are not known yet are missing, or `null` in a list. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The form of the values, with `true` where one is known after apply. */
  readonly unknown: unknown;
  /** Absent in a state. */
  readonly configuration: ConfiguredResource | undefined;
  /** Of a state: addresses without keys. */
  readonly dependsOn: readonly string[];
}

/** All resources and modules of a plan or a state. */
export class Instances {
  readonly root: ModuleInstance;
  readonly #modules = new Map<string, ModuleInstance>();
  readonly #resources: ResourceInstance[] = [];
  readonly #byAddress = new Map<string, ResourceInstance>();
  readonly #groups = new Map<string, ResourceInstance[]>();

  constructor(shown: ShownTerraform) {
    const { configuration } = shown;
    this.root = { address: '', parent: undefined, call: undefined, key: undefined, configuration };
    this.#modules.set('', this.root);
    this.#read(shown, shown.root);
    // data sources that the plan has read are in its prior state only
    if (shown.prior !== undefined) this.#read(shown, shown.prior, 'data');
  }

  /** What Terraform manages, in the file's order. */
  get managed(): readonly ResourceInstance[] {
    return this.#resources.filter(({ mode }) => mode === 'managed');
  }

  at(address: string): ResourceInstance | undefined {
    return this.#byAddress.get(address);
  }

  /** The instances of a resource of a module. */
  of(
    module: ModuleInstance,
    mode: 'managed' | 'data',
    type: string,
    name: string,
  ): readonly ResourceInstance[] {
    return this.#groups.get(groupOf({ module, mode, type, name })) ?? [];
  }

  /** The instances of a module that a module calls. */
  calledBy(parent: ModuleInstance, name: string): readonly ModuleInstance[] {
    const prefix = `${parent.address === '' ? '' : `${parent.address}.`}module.${name}`;
    return [...this.#modules.values()].filter(
      (each) => each.parent === parent && each.address === `${prefix}${writtenKey(each.key)}`,
    );
  }

  /** All resources of a module and of those that it calls. */
  within(module: ModuleInstance): readonly ResourceInstance[] {
    return this.managed.filter((each) => {
      let around: ModuleInstance | undefined = each.module;
      while (around !== undefined && around !== module) around = around.parent;
      return around === module;
    });
  }

  /** All instances of the resource or module with an address without keys, as `depends_on` names it. */
  withoutKeys(address: string): readonly ResourceInstance[] {
    const named = withoutKeys(address);
    return this.managed.filter((each) => {
      const plain = withoutKeys(each.address);
      return plain === named || plain.startsWith(`${named}.`);
    });
  }

  #read(shown: ShownTerraform, module: ShownModule, only?: 'data'): void {
    for (const resource of module.resources ?? []) {
      if (only !== undefined && resource.mode !== only) continue;
      if (this.#byAddress.has(resource.address)) continue;
      const instance = this.#resource(shown, resource);
      this.#resources.push(instance);
      this.#byAddress.set(instance.address, instance);
      const group = groupOf(instance);
      this.#groups.set(group, [...(this.#groups.get(group) ?? []), instance]);
    }
    for (const child of module.child_modules ?? []) {
      // a module without resources has no instance otherwise, and its outputs may be referred to
      if (child.address !== undefined) this.#moduleOf(parseAddress(child.address) ?? []);
      this.#read(shown, child, only);
    }
  }

  #resource(shown: ShownTerraform, resource: ShownResource): ResourceInstance {
    const { address, mode, type, name, index, values = {}, depends_on: dependsOn = [] } = resource;
    const steps = parseAddress(address) ?? [];
    const own = steps.length - (index === undefined ? 2 : 3) - (mode === 'data' ? 1 : 0);
    const module = this.#moduleOf(steps.slice(0, Math.max(own, 0)));
    const relative = `${mode === 'data' ? 'data.' : ''}${type}.${name}`;
    return {
      address,
      mode,
      type,
      name,
      key: index,
      module,
      values,
      unknown: shown.unknown.get(address),
      configuration: module.configuration?.resources?.find((each) => each.address === relative),
      dependsOn,
    };
  }

  /** @param steps `module`, name, and the key if there is one, of each module from the root on */
  #moduleOf(steps: readonly Step[]): ModuleInstance {
    let module = this.root;
    for (let at = 0; at < steps.length;) {
      const name = nameOf(steps[at + 1]) ?? '';
      const key = keyOf(steps[at + 2]);
      at += key === undefined ? 2 : 3;
      const address = `${module.address === '' ? '' : `${module.address}.`}module.${name}${writtenKey(key)}`;
      const call = module.configuration?.module_calls?.[name];
      const known = this.#modules.get(address);
      const next = known ?? { address, parent: module, call, key, configuration: call?.module };
      this.#modules.set(address, next);
      module = next;
    }
    return module;
  }
}

const groupOf = ({ module, mode, type, name }: Pick<ResourceInstance, 'module' | 'mode' | 'type' | 'name'>) =>
  [module.address, mode, type, name].join(' ');
