import { type Route, webSocketApi } from '../../api/definition.js';
import { type Config } from '../config/config.js';

/** What API Gateway knows when it calls a route. */
export interface RouteEvent {
  readonly routeKey: '$connect' | '$disconnect' | '$default';
  /** Values of `context.…`; undefined if API Gateway has none. */
  readonly context: Readonly<Record<string, string | undefined>>;
  /** Query-string parameters of the handshake; only on `$connect`. */
  readonly query?: Readonly<Record<string, string>>;
}

/** The request of a route's integration. */
export interface IntegrationRequest {
  readonly path: string;
  /** The headers that its request parameters set. A parameter without a value sets none. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Maps events to requests as the routes of `api/definition.ts` do: for the settings of one service. */
export class IntegrationRequests {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor({ gatewaySecrets: [secret], authentication, replies, path }: Config) {
    const { Routes } = webSocketApi({
      serviceUrl: `http://service${path}`,
      vpcLinkId: 'none',
      // without a secret, the service does not read the header
      gatewaySecret: secret ?? '',
      replies,
      ...(authentication.kind === 'authorizer' && { authorizer: { AuthorizerId: 'none' } }),
    });
    this.#routes = new Map(Routes.map((route) => [route.RouteKey, route]));
  }

  of(event: RouteEvent): IntegrationRequest {
    const { IntegrationUri, RequestParameters } = this.#routes.get(event.routeKey)!.Integration;
    const headers = Object.entries(RequestParameters).flatMap(([destination, source]) => {
      const value = valueOf(source, event);
      return value === undefined ? [] : [[destination.replace('integration.request.header.', ''), value]];
    });
    return { path: new URL(IntegrationUri).pathname, headers: Object.fromEntries(headers) };
  }
}

/** @param source a literal, a variable of the context, or a parameter of the handshake's query string */
function valueOf(source: string, { context, query = {} }: RouteEvent): string | undefined {
  const [, literal] = /^'(.*)'$/.exec(source) ?? [];
  if (literal !== undefined) return literal;
  const name = source.replace(/^(context|route\.request\.querystring)\./, '');
  return source.startsWith('context.') ? context[name] : query[name];
}
