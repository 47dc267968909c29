import { type Place } from '../cloudformation-error.js';
import { type Dictionary, type Node } from '../document.js';
import { buildDictionary, buildNode, type Part } from '../build-node.js';
import { property, type SamReader } from './sam-reader.js';

export const ANY_METHOD = 'x-amazon-apigateway-any-method';
const INTEGRATION = 'x-amazon-apigateway-integration';

type Members = Map<string, Node>;

/** The OpenAPI definition of an API, to which functions add their events. */
export class DefinitionEditor {
  readonly #root: Members;
  readonly #paths: Map<string, Map<string, Members>>;
  /** Of path items: what is not an operation. */
  readonly #others = new Map<string, Members>();

  /**
   * @param body the definition in the template; without one SAM writes it
   * @param at the place of what is added
   */
  constructor(
    private readonly reader: SamReader,
    body: Dictionary | undefined,
    private readonly at: Place,
  ) {
    this.#root = members(body ?? skeleton(at));
    this.#paths = this.#readPaths(body);
  }

  hasIntegration(path: string, method: string): boolean {
    return this.#operation(path, method)?.has(INTEGRATION) ?? false;
  }

  /** Whether the operation's integration is with that function. */
  invokes(path: string, method: string, functionId: string): boolean {
    const integration = this.reader.dictionary(this.#operation(path, method)?.get(INTEGRATION), INTEGRATION);
    const uri = this.reader.branch(property(integration, 'uri'));
    const text = uri?.kind === 'call' && uri.name === 'Fn::Sub' ? uri.argument : undefined;
    return text?.kind === 'scalar' && String(text.value).includes(`\${${functionId}.Arn}`);
  }

  /** Adds the integration with a function; an operation that has one keeps it. */
  addFunction(path: string, method: string, uri: Part): void {
    if (this.hasIntegration(path, method)) return;
    const item = this.#paths.get(path) ?? new Map<string, Members>();
    this.#paths.set(path, item);
    const operation = item.get(method) ?? (new Map() as Members);
    item.set(method, operation);
    this.#set(operation, INTEGRATION, {
      type: 'aws_proxy',
      httpMethod: 'POST',
      payloadFormatVersion: '2.0',
      uri,
    });
    if (path === '$default' && method === ANY_METHOD) this.#set(operation, 'isDefaultRoute', true);
    if (!operation.has('responses')) this.#set(operation, 'responses', {});
  }

  /** Sets a member of the integration. */
  setIntegration(path: string, method: string, name: string, value: Part): void {
    const operation = this.#operation(path, method);
    const integration = this.reader.dictionary(operation?.get(INTEGRATION), INTEGRATION);
    if (operation === undefined || integration === undefined) return;
    this.#set(operation, INTEGRATION, changed(integration, { [name]: value }));
  }

  /** Declares the variables of a path, as OpenAPI requires. */
  declarePathParameters(path: string, method: string): void {
    const operation = this.#operation(path, method);
    const names = [...path.matchAll(/\{(.*?)\}/g)].map(([, name = '']) => name);
    if (operation === undefined || names.length === 0) return;
    const declared = this.reader.list(operation.get('parameters'), 'parameters') ?? [];
    const others = declared.filter((node) => {
      const name = this.reader.text(property(this.reader.dictionary(node, 'a parameter'), 'name'));
      return !names.includes(name ?? '');
    });
    const own = names.map((name): Part => ({ name, in: 'path', required: true }));
    this.#set(operation, 'parameters', [...others, ...own]);
  }

  /** Adds a security requirement to an operation. */
  addSecurity(path: string, method: string, requirement: Part): void {
    const operation = this.#operation(path, method);
    if (operation === undefined) return;
    const existing = this.reader.list(operation.get('security'), 'security') ?? [];
    this.#set(operation, 'security', [...existing, requirement]);
  }

  /** Adds it to each operation with an integration and without security, except to OPTIONS. */
  addDefaultSecurity(requirement: Part): void {
    for (const item of this.#paths.values()) {
      for (const [method, operation] of item) {
        if (method !== 'options' && operation.has(INTEGRATION) && !operation.has('security')) {
          this.#set(operation, 'security', [requirement]);
        }
      }
    }
  }

  addSecuritySchemes(schemes: Readonly<Record<string, Part>>): void {
    if (Object.keys(schemes).length === 0) return;
    const components = this.#dictionary('components');
    const own = this.reader.dictionary(property(components, 'securitySchemes'), 'securitySchemes');
    const securitySchemes = changed(own ?? buildDictionary({}, this.at), schemes);
    this.#root.set('components', changed(components, { securitySchemes }));
  }

  /** Sets members of an object at the root, such as `info`; others stay. */
  change(name: string, values: Readonly<Record<string, Part | undefined>>): void {
    this.#root.set(name, changed(this.#dictionary(name), values));
  }

  /** A member of `info`. */
  info(name: string): Node | undefined {
    return property(this.#dictionary('info'), name);
  }

  addTags(tags: Iterable<readonly [string, Part]>): void {
    const byName = new Map<string, Part>();
    for (const node of this.reader.list(this.#root.get('tags'), 'tags') ?? []) {
      const name = this.reader.text(property(this.reader.dictionary(node, 'a tag'), 'name'));
      byName.set(name ?? '', node);
    }
    for (const [name, value] of tags) byName.set(name, { name, 'x-amazon-apigateway-tag-value': value });
    this.#root.set('tags', buildNode([...byName.values()], this.at));
  }

  disableEndpoint(isDisabled: Node): void {
    const servers = this.reader.list(this.#root.get('servers'), 'servers') ?? [buildDictionary({}, this.at)];
    const name = 'x-amazon-apigateway-endpoint-configuration';
    const changedServers = servers.map((node) => {
      const server = this.reader.dictionary(node, 'a server') ?? buildDictionary({}, this.at);
      const endpoint = this.reader.dictionary(property(server, name), name) ?? buildDictionary({}, this.at);
      return changed(server, { [name]: changed(endpoint, { disableExecuteApiEndpoint: isDisabled }) });
    });
    this.#root.set('servers', buildNode(changedServers, this.at));
  }

  /** AWS warns of the path `$default` without a slash, and fails with FailOnWarnings. */
  renameDefaultPath(): void {
    const item = this.#paths.get('$default');
    if (item === undefined) return;
    this.#paths.delete('$default');
    this.#paths.set('/$default', item);
  }

  build(): Node {
    const paths = [...this.#paths].map(([path, item]) => {
      const operations = [...item].map(([method, operation]) => [
        method,
        buildDictionary(operation, this.at),
      ]);
      const others = [...(this.#others.get(path) ?? [])];
      return [path, buildDictionary([...others, ...operations] as [string, Part][], this.at)] as const;
    });
    return buildDictionary([...this.#root, ['paths', buildDictionary(paths, this.at)]], this.at);
  }

  #readPaths(body: Dictionary | undefined) {
    const { reader } = this;
    const paths = reader.dictionary(property(body, 'paths'), 'paths');
    return new Map(
      [...(paths?.entries ?? [])].map(([path, { value }]) => {
        const item = reader.dictionary(value, `paths['${path}']`);
        const operations = new Map<string, Members>();
        for (const [method, entry] of item?.entries ?? []) {
          if (OTHER_MEMBERS.has(method)) {
            this.#others.set(
              path,
              (this.#others.get(path) ?? new Map<string, Node>()).set(method, entry.value),
            );
          } else {
            const operation = reader.dictionary(entry.value, `paths['${path}'].${method}`);
            operations.set(normalMethod(method), members(operation));
          }
        }
        return [path, operations] as const;
      }),
    );
  }

  #operation(path: string, method: string): Members | undefined {
    return this.#paths.get(path)?.get(method);
  }

  #dictionary(name: string): Dictionary {
    return this.reader.dictionary(this.#root.get(name), name) ?? buildDictionary({}, this.at);
  }

  #set(target: Members, name: string, value: Part): void {
    target.set(name, buildNode(value, this.at));
  }
}

/** Members of a path item that are no operations. */
const OTHER_MEMBERS: ReadonlySet<string> = new Set([
  '$ref',
  'summary',
  'description',
  'servers',
  'parameters',
]);

/** As the definition writes it. */
export const normalMethod = (method: string): string =>
  method.toLowerCase() === 'any' ? ANY_METHOD : method.toLowerCase();

const members = (dictionary: Dictionary | undefined): Members =>
  new Map([...(dictionary?.entries ?? [])].map(([name, { value }]) => [name, value]));

const changed = (dictionary: Dictionary, values: Readonly<Record<string, Part | undefined>>): Dictionary => {
  const own = buildDictionary(values, dictionary.at);
  return { ...dictionary, entries: new Map([...dictionary.entries, ...own.entries]) };
};

const skeleton = (at: Place): Dictionary =>
  buildDictionary(
    { openapi: '3.0.1', info: { version: '1.0', title: { Ref: 'AWS::StackName' } }, paths: {} },
    at,
  );
