import { IMPORT_TEXTS, IMPORTED_PAYLOAD } from '../../silent/openapi-choices.js';
import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { httpIntegrations } from '../http/http-integrations.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { createIn } from '../operations/resource-collection.js';
import { type Definition, member } from './definition.js';
import { type ImportMessages } from './import-messages.js';
import { asNumber, asUpperCase, asVersion, defined } from './scalars.js';

/** Where integrations that several routes may share are defined. */
const SHARED = '#/components/x-amazon-apigateway-integrations/';

/** The integrations of a definition: those of `components`, and those of single operations. */
export class ImportedIntegrations {
  readonly #shared: ReadonlyMap<string, string | undefined>;

  /** Creates the integrations of `components`. */
  constructor(
    private readonly definition: Definition,
    private readonly resources: HttpApiResources,
    private readonly messages: ImportMessages,
  ) {
    const components = definition.object(member(definition.root, 'components'), 'components') ?? {};
    const name = 'x-amazon-apigateway-integrations';
    const shared = definition.object(member(components, name), `components['${name}']`) ?? {};
    this.#shared = new Map(
      Object.keys(shared).map((key) => [
        `${SHARED}${key}`,
        this.#create(shared[key], `components['${name}']['${key}']`, `'${key}' of ${name}`),
      ]),
    );
  }

  /**
   * The id of the integration of an operation.
   *
   * @param at the place of the operation
   * @param where the same in the words of a warning
   * @returns `undefined` for an operation without one, and for one that is refused, which is a warning
   */
  idOf(operation: JsonObject, at: string, where: string): string | undefined {
    const value = member(operation, 'x-amazon-apigateway-integration');
    if (value === undefined) return undefined;
    const reference = isJsonObject(value) ? member(value, '$ref') : undefined;
    if (typeof reference === 'string' && this.#shared.has(reference)) return this.#shared.get(reference);
    return this.#create(value, `${at}['x-amazon-apigateway-integration']`, where);
  }

  #create(value: unknown, at: string, where: string): string | undefined {
    const extension = this.definition.object(value, at) ?? {};
    const ignored = REST_ONLY.filter((name) => Object.hasOwn(extension, name));
    if (ignored.length > 0) {
      this.messages.info.push(`${at}: ${ignored.join(', ')} ignored, as HTTP APIs do not have them`);
    }
    const created = this.messages.attempt(
      (reason) => IMPORT_TEXTS.integration(where, reason),
      () => createIn(httpIntegrations, this.resources, integrationInput(extension)),
    );
    return created?.IntegrationId;
  }
}

/** What only integrations of REST APIs have. */
const REST_ONLY = [
  'cacheKeyParameters',
  'cacheNamespace',
  'contentHandling',
  'passthroughBehavior',
  'requestTemplates',
  'responses',
];

/** H12.19. */
const integrationInput = (extension: JsonObject): JsonObject =>
  defined({
    integrationType: asUpperCase(member(extension, 'type')),
    integrationMethod: asUpperCase(member(extension, 'httpMethod')),
    integrationUri: member(extension, 'uri'),
    integrationSubtype: member(extension, 'integrationSubtype'),
    payloadFormatVersion: asVersion(member(extension, 'payloadFormatVersion') ?? IMPORTED_PAYLOAD),
    connectionType: asUpperCase(member(extension, 'connectionType')),
    connectionId: member(extension, 'connectionId'),
    credentialsArn: member(extension, 'credentials'),
    requestParameters: member(extension, 'requestParameters'),
    responseParameters: member(extension, 'responseParameters'),
    timeoutInMillis: asNumber(member(extension, 'timeoutInMillis')),
    tlsConfig: member(extension, 'tlsConfig'),
    description: member(extension, 'description'),
  });
