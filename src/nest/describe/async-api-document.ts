import { type Schema } from './described-message.js';

/**
 * An AsyncAPI document of a WebSocket API, as far as we write it. Operations are seen from the service: it receives what
 * a client sends.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: 'application/json';
  readonly servers: Readonly<Record<string, Server>>;
  readonly channels: { readonly connection: Channel };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>;
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: Readonly<Record<string, Schema>>;
  };
}

export interface Reference {
  readonly $ref: string;
}

interface Server {
  readonly host: string;
  readonly protocol: 'ws' | 'wss';
  readonly description: string;
  readonly variables?: Readonly<Record<string, { readonly default?: string; readonly description: string }>>;
  readonly security?: readonly Reference[];
}

/** The one connection of a client: AsyncAPI's channels are places where messages are exchanged, not ours. */
interface Channel {
  /** The path of the URL. */
  readonly address: string;
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  readonly description: string;
  readonly messages: Readonly<Record<string, Reference>>;
  readonly bindings: { readonly ws: Readonly<Record<string, unknown>> };
}

export interface Operation {
  readonly action: 'receive' | 'send';
  readonly channel: Reference;
  readonly summary: string;
  readonly description?: string;
  readonly messages: readonly Reference[];
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
}

export interface AsyncApiMessage {
  readonly name: string;
  readonly summary?: string;
  readonly contentType?: string;
  readonly payload: Schema | Reference;
}
