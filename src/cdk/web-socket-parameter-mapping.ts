import { Token } from 'aws-cdk-lib';

/**
 * The parameter mapping of a WebSocket integration's request: destinations and their sources, as `RequestParameters`.
 *
 * `ParameterMapping` of `aws-cdk-lib/aws-apigatewayv2` is for HTTP APIs; WebSocket APIs refuse its grammar.
 *
 *     new WebSocketParameterMapping()
 *       .header('ConnectionId', MappingSource.context('connectionId'))
 *       .header('Token', MappingSource.requestQueryString('token'))
 *       .queryString('tier', MappingSource.literal('gold'));
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */
export class WebSocketParameterMapping {
  readonly #sources = new Map<string, MappingSource>();

  /**
   * Reads `RequestParameters` of CloudFormation or the control plane.
   *
   * @throws {Error} an invalid destination or source
   */
  static fromRequestParameters(parameters: Readonly<Record<string, string>>): WebSocketParameterMapping {
    const mapping = new WebSocketParameterMapping();
    for (const [destination, expression] of Object.entries(parameters)) {
      const [, location, name] =
        /^integration\.request\.(header|querystring|path)\.(.+)$/.exec(destination) ?? [];
      if (location === undefined || name === undefined) {
        throw new Error(
          `'${destination}' is not a destination: expected integration.request.{header|querystring|path}.NAME`,
        );
      }
      mapping.#set(location, name, MappingSource.parse(expression));
    }
    return mapping;
  }

  /**
   * Sends the source as a header. Names differ in more than their case.
   *
   * @throws {Error} the name is invalid, or mapped already
   */
  header(name: string, source: MappingSource): this {
    return this.#set('header', name, source);
  }

  /** Sends the source as a query-string parameter. Throws as `header` does. */
  queryString(name: string, source: MappingSource): this {
    return this.#set('querystring', name, source);
  }

  /** Replaces `{name}` in the integration's path by the source. Throws as `header` does. */
  path(name: string, source: MappingSource): this {
    return this.#set('path', name, source);
  }

  /** For the integration: destination → source. */
  get requestParameters(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#sources].map(([destination, { expression }]) => [destination, expression]),
    );
  }

  /** The sources that the route must declare; only `$connect` can. */
  get declarations(): readonly string[] {
    return [...new Set([...this.#sources.values()].flatMap(({ declaration }) => declaration ?? []))];
  }

  /** The names that the integration's path must have in braces. */
  get pathNames(): readonly string[] {
    const prefix = 'integration.request.path.';
    return [...this.#sources.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }

  #set(location: string, name: string, source: MappingSource): this {
    checkName(name);
    const destination = `integration.request.${location}.${name}`;
    const comparable = (text: string) => (location === 'header' ? text.toLowerCase() : text);
    if ([...this.#sources.keys()].some((known) => comparable(known) === comparable(destination))) {
      throw new Error(`'${destination}' is mapped already`);
    }
    this.#sources.set(destination, source);
    return this;
  }
}

/** The source of a mapped value. */
export class MappingSource {
  private constructor(
    /** In API Gateway's syntax. */
    readonly expression: string,
    /** The parameter that the route must declare: a header or query-string parameter of the handshake. */
    readonly declaration?: string,
  ) {}

  /** A `$context` variable; on every route. */
  static context(name: ContextVariable): MappingSource {
    checkName(name);
    return new MappingSource(`context.${name}`);
  }

  /** A stage variable; on every route. */
  static stageVariable(name: string): MappingSource {
    checkName(name);
    return new MappingSource(`stageVariables.${name}`);
  }

  /** A header of the handshake: on `$connect` only. */
  static requestHeader(name: string): MappingSource {
    return MappingSource.#ofHandshake('header', name);
  }

  /** A query-string parameter of the handshake: on `$connect` only. */
  static requestQueryString(name: string): MappingSource {
    return MappingSource.#ofHandshake('querystring', name);
  }

  /** All values of a header of the handshake: on `$connect` only. */
  static requestMultiValueHeader(name: string): MappingSource {
    return MappingSource.#ofHandshake('multivalueheader', name);
  }

  /** All values of a query-string parameter of the handshake: on `$connect` only. */
  static requestMultiValueQueryString(name: string): MappingSource {
    return MappingSource.#ofHandshake('multivaluequerystring', name);
  }

  /** The message, or a part of it. */
  static requestBody(jsonPath?: string): MappingSource {
    if (jsonPath === '') throw new Error('the JSON path into the body is empty');
    return new MappingSource(['route.request.body', ...(jsonPath === undefined ? [] : [jsonPath])].join('.'));
  }

  /**
   * A literal of 1–510 characters. May be a CDK token, such as a secret's dynamic reference.
   *
   * @throws {Error} the text has a single quote, which would end the literal, or another length
   */
  static literal(text: string): MappingSource {
    const isKnown = !Token.isUnresolved(text);
    if (text.includes("'")) throw new Error(`a literal cannot have a single quote: ${text}`);
    if (isKnown && (text.length === 0 || text.length > LITERAL_CHARACTERS)) {
      throw new Error(`a literal has 1 to ${LITERAL_CHARACTERS} characters, not ${text.length}`);
    }
    return new MappingSource(`'${text}'`);
  }

  /** @throws {Error} not a source of a WebSocket API */
  static parse(expression: string): MappingSource {
    const literal = /^'(.*)'$/s.exec(expression)?.[1];
    if (literal !== undefined) return MappingSource.literal(literal);
    const handshake = /^route\.request\.((?:multivalue)?(?:header|querystring))\.(.+)$/.exec(expression);
    if (handshake?.[1] && handshake[2]) return MappingSource.#ofHandshake(handshake[1], handshake[2]);
    const [, kind, name] = /^(context|stageVariables)\.(.+)$/.exec(expression) ?? [];
    if (kind === 'context' && name) return MappingSource.context(name as ContextVariable);
    if (kind === 'stageVariables' && name) return MappingSource.stageVariable(name);
    const [, jsonPath, isBody] = /^route\.request\.body(?:\.(.+))?$()/.exec(expression) ?? [];
    if (isBody !== undefined) return MappingSource.requestBody(jsonPath);
    throw new Error(
      `'${expression}' is not a source: expected context.NAME, stageVariables.NAME, route.request.… or a 'literal'`,
    );
  }

  static #ofHandshake(location: string, name: string): MappingSource {
    checkName(name);
    const expression = `route.request.${location}.${name}`;
    // the declaration of a multi-value source is that of the single value
    return new MappingSource(expression, `route.request.${location.replace('multivalue', '')}.${name}`);
  }
}

/**
 * The context variables of WebSocket events that are useful to an integration. AWS's tables lack the two of
 * `$disconnect`, but events have them.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export type ContextVariable =
  | 'apiId'
  | 'connectedAt'
  | 'connectionId'
  | 'disconnectReason'
  | 'disconnectStatusCode'
  | 'domainName'
  | 'eventType'
  | 'extendedRequestId'
  | 'messageDirection'
  | 'messageId'
  | 'requestId'
  | 'requestTime'
  | 'requestTimeEpoch'
  | 'routeKey'
  | 'stage'
  | `authorizer.${string}`
  | `identity.${string}`;

/** A value has at most 512 characters, two of which are the quotes. */
const LITERAL_CHARACTERS = 510;

function checkName(name: string): void {
  if (Token.isUnresolved(name) || /^[A-Za-z0-9._$-]+$/.test(name)) return;
  throw new Error(`'${name}' is not a parameter name: expected letters, digits and . _ $ -`);
}
