import { SUB_PROTOCOLS } from '../../api/integration.js';
import { type AsyncApiDocument } from './async-api-document.js';
import { type Schema } from './described-message.js';

/** `wss://HOST/STAGE`; `http` and `https`, which an endpoint of `@connections` has, are the same. */
export type ServerUrl = string;

/** How clients are authenticated at `$connect`. */
export type Authentication = 'none' | 'jwt' | 'authorizer';

type Server = AsyncApiDocument['servers'][string];
type Channel = AsyncApiDocument['channels']['connection'];

/** Where clients connect. */
export function serverOf(url: ServerUrl | undefined): {
  readonly server: Server;
  readonly channel: Pick<Channel, 'address' | 'parameters'>;
} {
  if (url === undefined) return ON_AWS;
  const { host, pathname, protocol } = new URL(url);
  const isSecure = protocol === 'wss:' || protocol === 'https:';
  return {
    server: {
      host,
      protocol: isSecure ? 'wss' : 'ws',
      description: 'The WebSocket API. A custom domain name may lead to it, too.',
    },
    channel: { address: pathname },
  };
}

const ON_AWS = {
  server: {
    host: '{apiId}.execute-api.{region}.amazonaws.com',
    protocol: 'wss',
    description: 'The WebSocket API in Amazon API Gateway. A custom domain name may lead to it, too.',
    variables: {
      apiId: { description: 'Id of the API.' },
      region: { default: 'us-east-1', description: 'Region of the API.' },
    },
  },
  channel: { address: '/{stage}', parameters: { stage: { description: 'Name of the stage.' } } },
} as const;

/** Undefined if the handshake needs none, or none that is known. */
export function securitySchemes(
  authentication: Authentication | undefined,
): Record<string, Schema> | undefined {
  if (authentication !== 'jwt') return undefined;
  return {
    token: {
      type: 'httpApiKey',
      in: 'query',
      name: 'token',
      description: `A JWT. It may be sent as a sub-protocol instead: ${SUB_PROTOCOLS.name}, ${SUB_PROTOCOLS.tokenPrefix}JWT.`,
    },
  };
}

/** The handshake. @see https://github.com/asyncapi/bindings/tree/master/websockets */
export function connectionBinding(
  authentication: Authentication | undefined,
): Readonly<Record<string, unknown>> {
  const subProtocol = {
    type: 'string',
    description:
      `${SUB_PROTOCOLS.name}, or ${SUB_PROTOCOLS.batched} for a client that accepts several messages in one frame` +
      (authentication === 'jwt'
        ? `; then, if it is not in the URL, ${SUB_PROTOCOLS.tokenPrefix} with the JWT.`
        : '.'),
  };
  return {
    method: 'GET',
    ...(authentication === 'jwt' && {
      query: { type: 'object', properties: { token: { type: 'string', description: 'A JWT.' } } },
    }),
    headers: { type: 'object', properties: { 'Sec-WebSocket-Protocol': subProtocol } },
    bindingVersion: '0.1.0',
  };
}
