import { IMPORT_TEXTS } from '../../silent/openapi-choices.js';
import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { httpAuthorizers } from '../http/http-authorizers.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { createIn } from '../operations/resource-collection.js';
import { type Definition, member } from './definition.js';
import { importError } from './import-error.js';
import { type ImportMessages } from './import-messages.js';
import { asFlag, asNumber, asText, asUpperCase, asVersion, defined } from './scalars.js';

/** What a security scheme of the definition has become. */
type Scheme =
  | { readonly kind: 'iam' }
  | { readonly kind: 'authorizer'; readonly id: string; readonly type: 'JWT' | 'REQUEST' }
  /** Refused, or without an authorizer: the routes that need it are not created. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** The authorizers of a definition: its security schemes with AWS's extensions. */
export class ImportedSecurity {
  readonly #schemes: ReadonlyMap<string, Scheme>;

  /** Creates the authorizers. */
  constructor(
    private readonly definition: Definition,
    resources: HttpApiResources,
    messages: ImportMessages,
  ) {
    const components = definition.object(member(definition.root, 'components'), 'components') ?? {};
    const schemes =
      definition.object(member(components, 'securitySchemes'), 'components.securitySchemes') ?? {};
    this.#schemes = new Map(
      Object.entries(schemes).map(([name, value]) => {
        const scheme = definition.object(value, `components.securitySchemes['${name}']`) ?? {};
        return [name, readScheme(definition, name, scheme, { resources, messages })];
      }),
    );
  }

  /**
   * The authorization of a route, as CreateRoute would receive it; of an unusable scheme the reason.
   *
   * @param at the place of the operation
   * @throws {ControlError} 400: several requirements (H12.17), or a scheme that is not in the definition
   */
  authorizationOf(operation: JsonObject, at: string): { input: JsonObject } | { reason: string } {
    const auth = this.definition.object(
      member(operation, 'x-amazon-apigateway-auth'),
      `${at}['x-amazon-apigateway-auth']`,
    );
    const type = auth && asUpperCase(member(auth, 'type'));
    if (type === 'AWS_IAM' || type === 'NONE') return { input: { authorizationType: type } };
    if (type !== undefined) {
      throw importError(`${at}['x-amazon-apigateway-auth'].type must be AWS_IAM or NONE`);
    }
    const required = this.#requirement(operation, at);
    if (required === undefined) return { input: { authorizationType: 'NONE' } };
    const [name, scopes] = required;
    const scheme = this.#schemes.get(name);
    // how SAM writes an open route of an API with a default authorizer
    if (scheme === undefined && name === 'NONE') return { input: { authorizationType: 'NONE' } };
    if (scheme === undefined) throw importError(`${at}.security: there is no security scheme '${name}'`);
    switch (scheme.kind) {
      case 'iam':
        return { input: { authorizationType: 'AWS_IAM' } };
      case 'unusable':
        return { reason: scheme.reason };
      case 'authorizer':
        return {
          input: {
            authorizationType: scheme.type === 'JWT' ? 'JWT' : 'CUSTOM',
            authorizerId: scheme.id,
            ...(scheme.type === 'JWT' && scopes.length > 0 && { authorizationScopes: scopes }),
          },
        };
      default:
        return scheme satisfies never;
    }
  }

  #requirement(operation: JsonObject, at: string): readonly [string, readonly unknown[]] | undefined {
    const list = member(operation, 'security') ?? member(this.definition.root, 'security') ?? [];
    if (!Array.isArray(list) || !list.every(isJsonObject)) {
      throw importError(`${at}.security must be a list of objects`);
    }
    const [first, ...others] = list.flatMap((requirement) => Object.entries(requirement));
    if (others.length > 0) {
      throw importError(`${at}.security has several requirements; an HTTP API supports one for a route`);
    }
    if (first === undefined) return undefined;
    const [name, scopes] = first;
    return [name, Array.isArray(scopes) ? scopes : []];
  }
}

function readScheme(
  definition: Definition,
  name: string,
  scheme: JsonObject,
  { resources, messages }: { resources: HttpApiResources; messages: ImportMessages },
): Scheme {
  const authType = member(scheme, 'x-amazon-apigateway-authtype');
  if (typeof authType === 'string' && authType.toLowerCase() === 'awssigv4') return { kind: 'iam' };
  const at = `components.securitySchemes['${name}']['x-amazon-apigateway-authorizer']`;
  const extension = definition.object(member(scheme, 'x-amazon-apigateway-authorizer'), at);
  if (extension === undefined) {
    return {
      kind: 'unusable',
      reason: `the security scheme '${name}' has no x-amazon-apigateway-authorizer`,
    };
  }
  const created = messages.attempt(
    (reason) => IMPORT_TEXTS.authorizer(name, reason),
    () => createIn(httpAuthorizers, resources, authorizerInput(name, scheme, extension)),
  );
  if (created === undefined) return { kind: 'unusable', reason: IMPORT_TEXTS.noAuthorizer };
  return { kind: 'authorizer', id: created.AuthorizerId, type: created.AuthorizerType };
}

/** H12.19 and H12.20. */
function authorizerInput(name: string, scheme: JsonObject, extension: JsonObject): JsonObject {
  const jwt = member(extension, 'jwtConfiguration');
  return defined({
    name,
    authorizerType: asUpperCase(member(extension, 'type')),
    identitySource: identitySources(member(extension, 'identitySource')),
    jwtConfiguration: isJsonObject(jwt)
      ? defined({
          audience: member(jwt, 'audience'),
          issuer: member(jwt, 'issuer') ?? issuerOf(scheme),
        })
      : undefined,
    authorizerUri: member(extension, 'authorizerUri'),
    authorizerCredentialsArn: member(extension, 'authorizerCredentials'),
    authorizerPayloadFormatVersion: asVersion(member(extension, 'authorizerPayloadFormatVersion')),
    authorizerResultTtlInSeconds: asNumber(member(extension, 'authorizerResultTtlInSeconds')),
    enableSimpleResponses: asFlag(member(extension, 'enableSimpleResponses')),
    identityValidationExpression: member(extension, 'identityValidationExpression'),
  });
}

/** A list, as SAM writes it, or its texts joined by commas. */
function identitySources(value: unknown): unknown {
  if (typeof value !== 'string') return Array.isArray(value) ? value.map(asText) : value;
  return value
    .split(',')
    .map((source) => source.trim())
    .filter((source) => source !== '');
}

function issuerOf(scheme: JsonObject): string | undefined {
  const url = member(scheme, 'openIdConnectUrl');
  return typeof url === 'string' ? url.replace(/\/\.well-known\/openid-configuration$/, '') : undefined;
}
