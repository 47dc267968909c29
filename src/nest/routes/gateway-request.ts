import { type IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type ConnectionId, HEADERS, SUB_PROTOCOLS } from '../../api/integration.js';
import { type Handshake } from '../authentication/handshake.js';
import { type NewOpenConnection } from '../connections/connections.service.js';
import { Problem } from '../http/problem.js';

/**
 * What API Gateway's request says about the connection, parsed from its mapped headers. Only the connection id is
 * required: an API that was set up by hand may map less than `api/definition.ts` does.
 */
export interface GatewayRequest extends NewOpenConnection, Handshake {
  readonly sourceIp: string | undefined;
  readonly disconnectStatusCode: string | undefined;
  /** On `$connect`: which of our sub-protocols the client offers. The response has to select it. */
  readonly subProtocol: string | undefined;
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
    connectionId: connectionId(valueOf(request, NAMES.connectionId)),
    connectedAt: connectedAt(valueOf(request, NAMES.connectedAt)),
    sourceIp: valueOf(request, NAMES.sourceIp),
    disconnectStatusCode: valueOf(request, NAMES.disconnectStatusCode),
    userId: valueOf(request, NAMES.userId),
    ...parseOffer(valueOf(request, NAMES.token), request.headers['sec-websocket-protocol']),
  };
}

/**
 * The value of a header that a request parameter sets. Undefined if API Gateway had no value for it: the header is then
 * absent or empty.
 *
 * @throws {Problem} `repeated_header`
 */
export function mappedHeader(request: IncomingMessage, header: keyof typeof HEADERS): string | undefined {
  refuseRepeated(request, NAMES[header]);
  return valueOf(request, NAMES[header]);
}

/**
 * Refuses a mapped header that occurs twice: API Gateway has not sent both, and `request.headers` would join them into
 * one plausible value. If `headers` has as many names as were sent, no header is repeated. Only otherwise the raw
 * headers are searched, once: `headersDistinct` would make a list of each header for each request.
 *
 * @param name in lower case; without it, all mapped headers are checked
 * @throws {Problem} `repeated_header`
 */
function refuseRepeated({ rawHeaders, headers }: IncomingMessage, name?: string): void {
  if (2 * countOf(headers) === rawHeaders.length) return;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index]!.toLowerCase();
    if (name === undefined ? !MAPPED.has(sent) : sent !== name) continue;
    if (seen.has(sent)) throw new Problem('repeated_header', `${MAPPED.get(sent)} occurs more than once`);
    seen.add(sent);
  }
}

function countOf(headers: IncomingMessage['headers']): number {
  let count = 0;
  for (const _ in headers) count += 1;
  return count;
}

/** In lower case, as in Node's `headers`. */
const NAMES = Object.fromEntries(
  Object.entries(HEADERS).map(([header, name]) => [header, name.toLowerCase()]),
) as Readonly<Record<keyof typeof HEADERS, string>>;

/** The original name of each mapped header, by its name in lower case. */
const MAPPED: ReadonlyMap<string, string> = new Map(
  Object.values(HEADERS).map((name) => [name.toLowerCase(), name]),
);

/** The value of a header that is not repeated. */
function valueOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Tokens among sub-protocols count only beside a sub-protocol of ours. */
function parseOffer(token: string | undefined, subProtocols: string | undefined) {
  if (subProtocols === undefined) {
    return { subProtocol: undefined, isBatched: false, tokens: token === undefined ? NO_TOKENS : [token] };
  }
  const names = subProtocols.split(',').map((name) => name.trim());
  // the client's first choice, because we have no preference
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
