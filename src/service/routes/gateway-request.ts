import { type IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type ConnectionId, HEADERS, SUB_PROTOCOLS } from '../../api/integration.js';
import { type OpenConnection } from '../connections/connections.service.js';
import { Problem } from './problem.js';

/**
 * What API Gateway tells of the event, checked. Only the connection id is certain: an API that was set up by hand may
 * map less than `api/definition.ts` does.
 */
export interface GatewayRequest extends OpenConnection {
  readonly sourceIp: string | undefined;
  readonly disconnectStatusCode: string | undefined;
  /** On `$connect`: what the gateway says of the user, as it came. */
  readonly userId: string | undefined;
  /** On `$connect`: the tokens that the handshake carries, as they came. One is enough. */
  readonly tokens: readonly string[];
  /** On `$connect`: whether the client offers our sub-protocol, which then has to be answered. */
  readonly offersSubProtocol: boolean;
}

/** A parameter of a controller's method: `@FromGateway() request: GatewayRequest`. */
export const FromGateway = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseGatewayRequest(context.switchToHttp().getRequest<FastifyRequest>().raw),
);

/** @throws {Problem} `missing_header`, `repeated_header` or `bad_header` */
export function parseGatewayRequest(request: IncomingMessage): GatewayRequest {
  for (const name of Object.values(HEADERS)) mappedHeader(request, name);
  return {
    connectionId: connectionId(mappedHeader(request, HEADERS.connectionId)),
    connectedAt: connectedAt(mappedHeader(request, HEADERS.connectedAt)),
    sourceIp: mappedHeader(request, HEADERS.sourceIp),
    disconnectStatusCode: mappedHeader(request, HEADERS.disconnectStatusCode),
    userId: mappedHeader(request, HEADERS.userId),
    ...offered(mappedHeader(request, HEADERS.token), request.headers['sec-websocket-protocol']),
  };
}

/**
 * The value of a header that a request parameter sets, or undefined where API Gateway had nothing to put into it: it
 * then leaves the header out or empty.
 *
 * Two of them would mean that one came from somewhere else, and `request.headers` joins them into one plausible value.
 *
 * @throws {Problem} `repeated_header`
 */
export function mappedHeader(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name.toLowerCase()] ?? [];
  if (values.length > 1) {
    throw new Problem('repeated_header', `${name} is there ${values.length} times, expected once`);
  }
  return values[0] === '' ? undefined : values[0];
}

/** A token beside anything but our sub-protocol is not for us. */
function offered(token: string | undefined, subProtocols = '') {
  const names = subProtocols.split(',').map((name) => name.trim());
  const offersSubProtocol = names.includes(SUB_PROTOCOLS.name);
  const inSubProtocol = names
    .filter((name) => offersSubProtocol && name.startsWith(SUB_PROTOCOLS.tokenPrefix))
    .map((name) => name.slice(SUB_PROTOCOLS.tokenPrefix.length));
  return { offersSubProtocol, tokens: token === undefined ? inSubProtocol : [token, ...inSubProtocol] };
}

function connectionId(value: string | undefined): ConnectionId {
  if (value === undefined) {
    throw new Problem(
      'missing_header',
      `${HEADERS.connectionId} is missing: map integration.request.header.${HEADERS.connectionId} ` +
        'from context.connectionId in the integration of every route',
    );
  }
  if (!/^[\x21-\x7e]{1,256}$/.test(value)) {
    throw new Problem('bad_header', `${HEADERS.connectionId} is not 1 to 256 visible ASCII characters`);
  }
  return value as ConnectionId;
}

function connectedAt(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) {
    throw new Problem('bad_header', `${HEADERS.connectedAt} is not a number of milliseconds since 1970`);
  }
  return Number(value);
}
