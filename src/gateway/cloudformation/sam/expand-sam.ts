import { type Dictionary, type Document, type Entry, type Node } from '../document.js';
import { type StackSettings } from '../evaluator.js';
import { Stack } from '../stack.js';
import { type Template, templateOf } from '../template.js';
import { buildDictionary } from '../build-node.js';
import { addFunctionEvents, apiIdOf, eventsOf, IMPLICIT_API } from './function-events.js';
import { withGlobals } from './globals.js';
import { HttpApi } from './http-api.js';
import { renameReferences } from './rename-references.js';
import { property, SamReader } from './sam-reader.js';
import { type Added, added, type SamResource } from './sam-resource.js';
import { webSocketApi } from './web-socket-api.js';

const FUNCTION = 'AWS::Serverless::Function';
const HTTP_API = 'AWS::Serverless::HttpApi';
const WEB_SOCKET_API = 'AWS::Serverless::WebSocketApi';

/**
 * The template with its resources of SAM expanded, as far as they concern HTTP and WebSocket APIs: the APIs themselves,
 * and the `HttpApi` events of functions. Functions and all other resources stay as they are.
 *
 * @throws {CloudFormationError} a property that is not expanded here, or what SAM refuses
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
 */
export function expandSam(template: Template, settings: StackSettings): Template {
  const { document } = template;
  const { root } = document;
  if (!template.hasSam || root.kind !== 'dictionary') return template;
  const reader = new SamReader(new Stack(template, settings));
  return new Expansion(reader, document, root).template();
}

class Expansion {
  readonly #resources: readonly SamResource[];
  readonly #httpApis: ReadonlyMap<string, HttpApi>;

  constructor(
    private readonly reader: SamReader,
    private readonly document: Document,
    private readonly root: Dictionary,
  ) {
    const globals = reader.dictionary(property(root, 'Globals'), 'Globals');
    this.#resources = [...entriesOf(root)].flatMap(([logicalId, entry]) =>
      readResource(reader, globals, logicalId, entry),
    );
    const implicit = this.#implicitApi(globals);
    const apis = [...this.#ofType(HTTP_API), ...(implicit === undefined ? [] : [implicit])];
    this.#httpApis = new Map(apis.map((api) => [api.logicalId, new HttpApi(reader, api)]));
  }

  template(): Template {
    const permissions = this.#ofType(FUNCTION)
      .filter(({ logicalId }) => this.#isCreated(logicalId))
      .flatMap((each) => addFunctionEvents(this.reader, each, (id) => this.#httpApis.get(id)));
    const resources = new Map<string, Entry>(entriesOf(this.root));
    const add = (all: readonly Added[]) => {
      for (const [logicalId, entry] of all) resources.set(logicalId, entry);
    };
    for (const each of this.#ofType(FUNCTION)) add([withoutEvents(each)]);
    for (const api of this.#httpApis.values()) add(api.build());
    for (const each of this.#ofType(WEB_SOCKET_API)) add(webSocketApi(this.reader, each));
    add(permissions);
    add(this.#restApi());
    const { at } = this.root;
    const entries = new Map(this.root.entries);
    entries.set('Resources', { at, value: { ...buildDictionary({}, at), entries: resources } });
    // SAM has removed it
    entries.delete('Globals');
    const stages = new Map([...this.#httpApis].map(([id, { stageId }]) => [`${id}.Stage`, stageId]));
    return templateOf({ ...this.document, root: renameReferences({ ...this.root, entries }, stages) });
  }

  #ofType(type: string): readonly SamResource[] {
    return this.#resources.filter((each) => each.type === type);
  }

  #isCreated(logicalId: string): boolean {
    const resource = this.reader.stack.template.resources.get(logicalId);
    return resource === undefined || this.reader.stack.isCreated(resource);
  }

  /** The API of the events that name none; `undefined` if there are no such events. */
  #implicitApi(globals: Dictionary | undefined): SamResource | undefined {
    const first = this.#ofType(FUNCTION).find(
      (each) =>
        this.#isCreated(each.logicalId) &&
        eventsOf(this.reader, each, 'HttpApi').some((event) => apiIdOf(this.reader, event) === IMPLICIT_API),
    );
    if (first === undefined || this.reader.stack.template.resources.has(IMPLICIT_API)) return undefined;
    const { at } = first;
    const whole = buildDictionary({}, at);
    const properties = withGlobals(this.reader, globals, { type: HTTP_API, whole, properties: whole });
    return { logicalId: IMPLICIT_API, type: HTTP_API, at, whole, properties };
  }

  /** The REST API of `Api` events, which is not served: reported as such. */
  #restApi(): readonly Added[] {
    const first = this.#ofType(FUNCTION).find((each) => eventsOf(this.reader, each, 'Api').length > 0);
    if (first === undefined || this.#ofType('AWS::Serverless::Api').length > 0) return [];
    const plain = { ...first, whole: buildDictionary({}, first.at) };
    return [added(plain, 'ServerlessRestApi', 'AWS::ApiGateway::RestApi', {})];
  }
}

function entriesOf(root: Dictionary): ReadonlyMap<string, Entry> {
  const resources = property(root, 'Resources');
  return resources?.kind === 'dictionary' ? resources.entries : new Map();
}

function readResource(
  reader: SamReader,
  globals: Dictionary | undefined,
  logicalId: string,
  { at, value }: Entry,
): readonly SamResource[] {
  const type = value.kind === 'dictionary' ? property(value, 'Type') : undefined;
  if (value.kind !== 'dictionary' || type?.kind !== 'scalar') return [];
  const name = String(type.value);
  if (!name.startsWith('AWS::Serverless::')) return [];
  const own = reader.dictionary(property(value, 'Properties'), 'Properties') ?? buildDictionary({}, at);
  const read = { type: name, whole: value, properties: own };
  return [{ logicalId, at, ...read, properties: withGlobals(reader, globals, read) }];
}

/** The API refers to the function: together with the events it would be a cycle. */
function withoutEvents({ logicalId, at, whole, properties }: SamResource): Added {
  const entries = [...properties.entries].filter(([name]) => name !== 'Events');
  const kept: Node = { ...properties, entries: new Map(entries) };
  return [
    logicalId,
    { at, value: { ...whole, entries: new Map([...whole.entries, ['Properties', { at, value: kept }]]) } },
  ];
}
