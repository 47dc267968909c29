import { type Part } from '../build-node.js';
import { parseAddress, withoutKeys } from './addresses.js';
import { attributeReference, join, namingReference } from './attribute-references.js';
import { type Instances, type ResourceInstance } from './instances.js';
import { type Referent, type References, type Scope, scopeOf } from './references.js';
import { isObject as isPart, type Properties } from './provider-forms.js';
import {
  kindOf,
  MAP_ATTRIBUTES,
  propertyName,
  referredTypes,
  type ResourceKind,
  WITHOUT_EFFECT,
} from './resource-kinds.js';
import { type Expression } from './show-json.js';
import { readTemplateText } from './template-text.js';

/** A value that is known after apply, and that the plan does not determine. */
export interface Undetermined {
  readonly resource: ResourceInstance;
  /** `ADDRESS.ATTRIBUTE`, by which `--parameter` gives it. */
  readonly parameter: string;
  /** What it refers to, as Terraform names it. */
  readonly references: readonly string[];
  /** The value of `--parameter`, which refers to what is not in the plan. */
  readonly given: string | undefined;
}

/** Reads resources of a plan or a state as CloudFormation has them. */
export class ResourceReader {
  readonly undetermined: Undetermined[] = [];

  /** @param parameters values that the plan does not determine, as `ADDRESS.ATTRIBUTE` */
  constructor(
    private readonly instances: Instances,
    private readonly references: References,
    private readonly parameters: ReadonlyMap<string, string>,
  ) {}

  /** @returns no properties for a type that has no part in serving an API */
  properties(resource: ResourceInstance): Properties {
    const kind = kindOf(resource.type);
    if (kind === undefined) return {};
    const { values, configuration } = resource;
    const unknown = isObject(resource.unknown) ? resource.unknown : {};
    const properties = [...kind.properties].flatMap(([attribute, property]): [string, Part][] => {
      if (isChosen(resource, attribute)) return [];
      const part = this.#part({
        resource,
        path: [attribute],
        value: values[attribute],
        unknown: unknown[attribute],
        expression: configuration?.expressions?.[attribute],
      });
      return part === undefined ? [] : [[property, part]];
    });
    return this.#completed(resource, kind, Object.fromEntries(properties));
  }

  #completed(resource: ResourceInstance, { complete }: ResourceKind, properties: Properties): Properties {
    if (complete === undefined) return properties;
    const { Ref: address } = isPart(properties.ApiId) ? properties.ApiId : {};
    const api = typeof address === 'string' ? this.instances.at(address) : undefined;
    const { protocol_type: protocol } = (api ?? resource).values;
    return complete(properties, { protocol: typeof protocol === 'string' ? protocol : undefined });
  }

  /** @returns `undefined` for a value that the provider does not send: none, or one that AWS chooses */
  #part(place: AttributeValue): Part | undefined {
    const { value, unknown, expression } = place;
    if (unknown === true || this.#isGiven(place)) return this.#unknownPart(place);
    // as the provider's GetOk
    if (value === null || value === undefined || value === '') return undefined;
    if (Array.isArray(value)) {
      const items = value.flatMap((item: unknown, index) => {
        const inner = elementOf(expression, index) as Expression | undefined;
        const part = this.#part({
          ...place,
          value: item,
          unknown: elementOf(unknown, index),
          expression: inner ?? expression,
        });
        return part === undefined ? [] : [part];
      });
      return items.length === 0 ? undefined : items;
    }
    if (isObject(value)) return this.#object(place, value);
    if (typeof value === 'string') return this.#text(place, value);
    return value as number | boolean;
  }

  #object(place: AttributeValue, value: Readonly<Record<string, unknown>>): Part | undefined {
    const { unknown, expression, path } = place;
    const isMap = MAP_ATTRIBUTES.has(path.at(-1) ?? '');
    const unknownNames = isObject(unknown) ? Object.keys(unknown) : [];
    const names = new Set([...Object.keys(value), ...unknownNames]);
    const entries = [...names].flatMap((name): [string, Part][] => {
      const part = this.#part({
        ...place,
        path: [...path, name],
        value: value[name],
        unknown: isObject(unknown) ? unknown[name] : undefined,
        expression: isMap ? expression : (elementOf(expression, name) as Expression | undefined),
      });
      return part === undefined ? [] : [[isMap ? name : propertyName(name), part]];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  /** A text that names a resource of the plan or state is a reference to it. */
  #text({ resource: owner, path }: AttributeValue, value: string): Part | undefined {
    const name = path.at(-1) ?? '';
    if (name === 'source_arn') return this.#sourceArn(value);
    const types = referredTypes(owner.type, name);
    if (types === undefined) return value;
    const id = value.replace(/^integrations\//, '');
    const named = this.instances.managed.filter(
      (each) =>
        each !== owner && types.includes(each.type) && (each.values.id === id || each.values.arn === id),
    );
    const [resource] = named;
    if (resource !== undefined && named.length === 1) return namingReference(name, resource);
    // a stage's own deployment, which AWS has made
    return name === 'deployment_id' ? undefined : value;
  }

  /** `arn:aws:execute-api:{region}:{account}:{apiId}/authorizers/{authorizerId}`, with references in place of ids. */
  #sourceArn(value: string): Part {
    const ids = ['aws_apigatewayv2_api', 'aws_apigatewayv2_authorizer'];
    const parts = value.split(/([:/])/).map((text): Part => {
      const named = this.instances.managed.find(
        ({ type, values }) => ids.includes(type) && values.id === text,
      );
      return named === undefined ? text : { Ref: named.address };
    });
    return join(...parts);
  }

  /** Whether `--parameter` has the value. */
  #isGiven({ resource, path }: AttributeValue): boolean {
    return parameterNames(resource, path).some((name) => this.parameters.has(name));
  }

  #unknownPart(place: AttributeValue): Part | undefined {
    const { resource, path, expression } = place;
    const names = parameterNames(resource, path);
    const given = names.map((each) => this.parameters.get(each)).find((each) => each !== undefined);
    const name = path.at(-1) ?? '';
    const scope = scopeOf(resource);
    if (given !== undefined) {
      const text = readTemplateText(given, (reference) => this.#referred(reference, scope));
      if (text !== undefined) return text;
    }
    const found = this.references.of(expression, scope);
    const types = referredTypes(resource.type, name);
    const resources = resourcesOf(found);
    const meant = types === undefined ? [] : resources.filter(({ type }) => types.includes(type));
    const isHidden = found.some(({ kind }) => kind === 'unknown') && name !== 'deployment_id';
    const [named] = meant.length === 0 && isHidden ? this.#onlyOf(types) : meant;
    if (named !== undefined && meant.length < 2) return namingReference(name, named);
    // nothing or null is written; of a dynamic block, Terraform prints no expressions
    if ((expression === undefined && path.length === 1) || CHOSEN_BY_AWS.has(name)) return undefined;
    if (WITHOUT_EFFECT.has(name) || !kindIsCreated(resource)) return this.#placeholder(name, found);
    const all = new Set(found.flatMap((each) => referenceOf(each) ?? []));
    const shown = [...all].filter((reference) => !reference.startsWith('local.'));
    this.undetermined.push({
      resource,
      parameter: names[0],
      references: shown.length > 0 ? shown : [...all],
      given,
    });
    // a mapping has to be one of the forms that API Gateway accepts
    return path[0] === 'request_parameters' ? join("'", { Ref: names[0] }, "'") : { Ref: names[0] };
  }

  /** The only resource of the types. An expression may hide a reference: that of a local value is not printed. */
  #onlyOf(types: readonly string[] | undefined): readonly ResourceInstance[] {
    if (types === undefined || types.length > 1) return [];
    const all = this.instances.managed.filter(({ type }) => types.includes(type));
    return all.length === 1 ? all : [];
  }

  /** A reference in a value of `--parameter`: as in the resource's module, as in the root module, or an address. */
  #referred(reference: string, scope: Scope): Part | undefined {
    const root = { module: this.instances.root, key: undefined, forEach: undefined };
    const found =
      this.#single(this.references.follow(reference, scope)) ??
      this.#single(this.references.follow(reference, root));
    if (found !== undefined) return found;
    const resource = this.instances.managed.find(({ address }) => reference.startsWith(`${address}.`));
    const path = resource && parseAddress(reference.slice(resource.address.length + 1));
    return resource && path && attributeReference(resource, path);
  }

  #placeholder(name: string, found: readonly Referent[]): Part | undefined {
    if (name === 'tags' || name === 'description') return undefined;
    // what follows the reference in a SourceArn is not printed
    const value = (name === 'source_arn' ? undefined : this.#single(found)) ?? `{${name}}`;
    return name.endsWith('_ids') ? [value] : value;
  }

  /** What is referred to, if it is one thing. */
  #single(found: readonly Referent[]): Part | undefined {
    const [first, ...more] = found;
    if (first === undefined || more.length > 0) return undefined;
    if (first.kind === 'resource') return attributeReference(first.resource, first.path);
    const value = first.kind === 'value' ? first.value : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  }
}

/** An attribute, or a part of one. */
interface AttributeValue {
  readonly resource: ResourceInstance;
  readonly path: readonly string[];
  readonly value: unknown;
  readonly unknown: unknown;
  readonly expression: Expression | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What AWS has chosen, and refuses to be told, where nothing is written. */
function isChosen({ type, configuration, values }: ResourceInstance, attribute: string): boolean {
  if (type !== 'aws_apigatewayv2_authorizer' || attribute !== 'authorizer_result_ttl_in_seconds')
    return false;
  return configuration === undefined
    ? values[attribute] === 0
    : configuration.expressions?.[attribute] === undefined;
}

/** Of a list of blocks, or of one block; `undefined` of an expression for the whole. */
function elementOf(whole: unknown, name: string | number): unknown {
  if (Array.isArray(whole)) return whole[Number(name)] as unknown;
  return isObject(whole) && !('references' in whole) ? whole[name] : undefined;
}

/** With and without keys: one value may be for all instances. */
function parameterNames({ address }: ResourceInstance, path: readonly string[]): readonly [string, string] {
  const attribute = path.join('.');
  return [`${address}.${attribute}`, `${withoutKeys(address)}.${attribute}`];
}

const resourcesOf = (found: readonly Referent[]): readonly ResourceInstance[] => [
  ...new Set(found.flatMap((each) => (each.kind === 'resource' ? [each.resource] : []))),
];

function referenceOf(found: Referent): string | undefined {
  switch (found.kind) {
    case 'resource': {
      const path = found.path.map((step) =>
        'name' in step ? `.${step.name}` : `[${JSON.stringify(step.key)}]`,
      );
      return `${found.resource.address}${path.join('')}`;
    }
    case 'value':
      return undefined;
    case 'unknown':
      return found.reference;
    default:
      return found satisfies never;
  }
}

/** Attributes that AWS chooses if nothing is written. */
const CHOSEN_BY_AWS: ReadonlySet<string> = new Set(
  'authorizer_result_ttl_in_seconds deployment_id hosted_zone_id ip_address_type logging_level ownership_verification_certificate_arn routing_mode target_domain_name timeout_milliseconds value'.split(
    ' ',
  ),
);

const kindIsCreated = ({ type }: ResourceInstance) => /^aws_api_?gateway/.test(type);
