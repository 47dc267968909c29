import { Token } from 'aws-cdk-lib';

/**
 * What of an event a WebSocket integration's request carries: destinations and their sources, as `RequestParameters`.
 *
 * Not the mapping of HTTP APIs (`ParameterMapping` of `aws-cdk-lib/aws-apigatewayv2`): that one's grammar is refused here.
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
   * The same from `RequestParameters` as CloudFormation and the API have them.
   *
   * @throws {Error} a destination or a source that is none
   */
  static fromRequestParameters(parameters: Readonly<Record<string, string>>): WebSocketParameterMapping {
    const mapping = new WebSocketParameterMapping();
    for (const [destination, expression] of Object.entries(parameters)) {
      const [, location, name] =
        /^integration\.request\.(header|querystring|path)\.(.+)$/.exec(destination) ?? [];
      if (location === undefined || name === undefined) {
        throw new Error(
          `'${destination}' is no destination: expected integration.request.{header|querystring|path}.NAME`,
        );
      }
      mapping.#set(location, name, MappingSource.parse(expression));
    }
    return mapping;
  }

  /**
   * Sends the source as a header. A backend finds it whatever its case is.
   *
   * @throws {Error} not a name, or one that is mapped already
   */
  header(name: string, source: MappingSource): this {
    return this.#set('header', name, source);
  }

  /** Sends the source as a parameter of the query string. Throws as `header` does. */
  queryString(name: string, source: MappingSource): this {
    return this.#set('querystring', name, source);
  }

  /** Puts the source where the integration's path has `{name}`. Throws as `header` does. */
  path(name: string, source: MappingSource): this {
    return this.#set('path', name, source);
  }

  /** As the integration has it: destination → source. */
  get requestParameters(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.#sources].map(([destination, { expression }]) => [destination, expression]),
    );
  }

  /** The sources that the route has to declare, which `$connect` alone can. */
  get declarations(): readonly string[] {
    return [...new Set([...this.#sources.values()].flatMap(({ declaration }) => declaration ?? []))];
  }

  /** The names that the integration's path has to have in braces. */
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

/** Where a mapped value comes from. */
export class MappingSource {
  private constructor(
    /** As API Gateway reads it. */
    readonly expression: string,
    /** What the route has to declare: headers and query strings, which the handshake alone has. */
    readonly declaration?: string,
  ) {}

  /** Of the event and its connection; on every route. */
  static context(name: ContextVariable): MappingSource {
    checkName(name);
    return new MappingSource(`context.${name}`);
  }

  /** Of the stage; on every route. */
  static stageVariable(name: string): MappingSource {
    checkName(name);
    return new MappingSource(`stageVariables.${name}`);
  }

  /** A header of the handshake: on `$connect` only. */
  static requestHeader(name: string): MappingSource {
    return MappingSource.#ofHandshake('header', name);
  }

  /** A parameter of the handshake's query string: on `$connect` only. */
  static requestQueryString(name: string): MappingSource {
    return MappingSource.#ofHandshake('querystring', name);
  }

  /** All values of a header of the handshake: on `$connect` only. */
  static requestMultiValueHeader(name: string): MappingSource {
    return MappingSource.#ofHandshake('multivalueheader', name);
  }

  /** All values of a parameter of the handshake's query string: on `$connect` only. */
  static requestMultiValueQueryString(name: string): MappingSource {
    return MappingSource.#ofHandshake('multivaluequerystring', name);
  }

  /** A part of the message, or all of it. */
  static requestBody(jsonPath?: string): MappingSource {
    if (jsonPath === '') throw new Error('the path into the body is empty');
    return new MappingSource(['route.request.body', ...(jsonPath === undefined ? [] : [jsonPath])].join('.'));
  }

  /**
   * The same text on every request; 1–510 characters. May be a token, such as a secret's dynamic reference.
   *
   * @throws {Error} text with a single quote, which would end the literal, or of another length
   */
  static literal(text: string): MappingSource {
    const isKnown = !Token.isUnresolved(text);
    if (text.includes("'")) throw new Error(`a literal cannot have a single quote: ${text}`);
    if (isKnown && (text.length === 0 || text.length > LITERAL_CHARACTERS)) {
      throw new Error(`a literal has 1 to ${LITERAL_CHARACTERS} characters, not ${text.length}`);
    }
    return new MappingSource(`'${text}'`);
  }

  /** @throws {Error} no source of a WebSocket API */
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
      `'${expression}' is no source: expected context.NAME, stageVariables.NAME, route.request.… or a 'literal'`,
    );
  }

  static #ofHandshake(location: string, name: string): MappingSource {
    checkName(name);
    const expression = `route.request.${location}.${name}`;
    // a multi-value source is declared by the plain one
    return new MappingSource(expression, `route.request.${location.replace('multivalue', '')}.${name}`);
  }
}

/**
 * The variables of a WebSocket event that an integration is useful with. The two of `$disconnect` are not in AWS's
 * tables; events have them.
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

/** A value has at most 512, and the quotes are two of them. */
const LITERAL_CHARACTERS = 510;

function checkName(name: string): void {
  if (Token.isUnresolved(name) || /^[A-Za-z0-9._$-]+$/.test(name)) return;
  throw new Error(`'${name}' is no name of a parameter: expected letters, digits and . _ $ -`);
}
