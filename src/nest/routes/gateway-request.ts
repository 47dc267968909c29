import { type IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type ConnectionId, HEADERS, SUB_PROTOCOLS } from '../../api/integration.js';
import { type OpenConnection } from '../connections/connections.service.js';
import { Problem } from '../http/problem.js';

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
  /** On `$connect`: the sub-protocol of ours that the client offers, which then has to be answered. */
  readonly subProtocol: string | undefined;
  /** On `$connect`: whether the client takes several messages in one frame. */
  readonly isBatched: boolean;
}

/** A parameter of a controller's method: `@FromGateway() request: GatewayRequest`. */
export const FromGateway = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parseGatewayRequest(context.switchToHttp().getRequest<FastifyRequest>().raw),
);

/** @throws {Problem} `missing_header`, `repeated_header` or `bad_header` */
export function parseGatewayRequest(request: IncomingMessage): GatewayRequest {
  refuseRepeated(request);
  return {
    connectionId: connectionId(only(request, NAMES.connectionId)),
    connectedAt: connectedAt(only(request, NAMES.connectedAt)),
    sourceIp: only(request, NAMES.sourceIp),
    disconnectStatusCode: only(request, NAMES.disconnectStatusCode),
    userId: only(request, NAMES.userId),
    ...offered(only(request, NAMES.token), request.headers['sec-websocket-protocol']),
  };
}

/**
 * The value of a header that a request parameter sets, or undefined where API Gateway had nothing to put into it: it
 * then leaves the header out or empty.
 *
 * @throws {Problem} `repeated_header`
 */
export function mappedHeader(request: IncomingMessage, header: keyof typeof HEADERS): string | undefined {
  refuseRepeated(request, NAMES[header]);
  return only(request, NAMES[header]);
}

/**
 * Two of a mapped header would mean that one came from somewhere else, and `request.headers` joins them into one plausible
 * value. Where it has as many names as were sent, none of them is there twice. Otherwise what was sent is gone through
 * once: `headersDistinct` would make a list of each header, for each request.
 *
 * @param name in lower case; every mapped header unless given
 * @throws {Problem} `repeated_header`
 */
function refuseRepeated({ rawHeaders, headers }: IncomingMessage, name?: string): void {
  if (2 * countOf(headers) === rawHeaders.length) return;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index]!.toLowerCase();
    if (name === undefined ? !MAPPED.has(sent) : sent !== name) continue;
    if (seen.has(sent)) throw new Problem('repeated_header', `${MAPPED.get(sent)} is there more than once`);
    seen.add(sent);
  }
}

function countOf(headers: IncomingMessage['headers']): number {
  let count = 0;
  for (const _ in headers) count += 1;
  return count;
}

/** The names in lower case, as Node has them. */
const NAMES = Object.fromEntries(
  Object.entries(HEADERS).map(([header, name]) => [header, name.toLowerCase()]),
) as Readonly<Record<keyof typeof HEADERS, string>>;

/** As it is called, by its name in lower case. */
const MAPPED: ReadonlyMap<string, string> = new Map(
  Object.values(HEADERS).map((name) => [name.toLowerCase(), name]),
);

/** Of a header that is not repeated. */
function only({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A token beside anything but our sub-protocol is not for us. */
function offered(token: string | undefined, subProtocols: string | undefined) {
  if (subProtocols === undefined) {
    return { subProtocol: undefined, isBatched: false, tokens: token === undefined ? NO_TOKENS : [token] };
  }
  const names = subProtocols.split(',').map((name) => name.trim());
  // the one that the client names first, as a server without a preference does
  const subProtocol = names.find((name) => name === SUB_PROTOCOLS.name || name === SUB_PROTOCOLS.batched);
  const inSubProtocol = names
    .filter((name) => subProtocol !== undefined && name.startsWith(SUB_PROTOCOLS.tokenPrefix))
    .map((name) => name.slice(SUB_PROTOCOLS.tokenPrefix.length));
  return {
    subProtocol,
    isBatched: subProtocol === SUB_PROTOCOLS.batched,
    tokens: token === undefined ? inSubProtocol : [token, ...inSubProtocol],
  };
}

const NO_TOKENS: readonly string[] = [];

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
