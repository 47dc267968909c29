import { type TracingSettings } from '../config/operation-settings.js';

/** How clients are authenticated at `$connect`. A user id is stored with the connection, so that `store` is needed. */
export type AuthenticationOptions =
  /** Any client may connect, and no connection has a user id. */
  | { readonly kind: 'none' }
  /** By API Gateway's authorizer, whose result is mapped into the header `UserId`. */
  | { readonly kind: 'authorizer' }
  | JwtOptions;

/** By a signed token in the handshake. Exactly one of `jwksUrl`, `publicKey` and `secret` is needed. */
export interface JwtOptions {
  readonly kind: 'jwt';
  /** Where the issuer publishes its public keys: https, or http on this machine. Needs `issuer` and `audience`. */
  readonly jwksUrl?: string | undefined;
  /** The issuer's public key in PEM. */
  readonly publicKey?: string | undefined;
  /** A secret shared with the issuer, for HS256: at least 32 bytes. */
  readonly secret?: string | undefined;
  /** The required value of the claim `iss`. */
  readonly issuer?: string | undefined;
  /** Accepted audiences, one of which must be in `aud` or be `client_id`; `['*']` accepts any. */
  readonly audience?: readonly string[] | undefined;
  /** Accepted algorithms. Default: all that fit the key. */
  readonly algorithms?: readonly string[] | undefined;
  /** The claim that has the user id. Default `sub`. */
  readonly userClaim?: string | undefined;
  /** Accepted difference from the issuer's clock. Default 10. */
  readonly clockToleranceSeconds?: number | undefined;
}

/** Requests to `@connections`. */
export interface CallbackOptions {
  /** `signed` by the module, or sent by the AWS `sdk`, at several times the processor time. Default `signed`. */
  readonly client?: 'signed' | 'sdk' | undefined;
  /** Timeout for the response to one attempt. Default 5000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Time until a callback has succeeded or failed, with all attempts. Default 12000. */
  readonly deadlineMs?: number | undefined;
  /** Callbacks in flight: this many for single messages, and this many for messages to many. Default 64. */
  readonly concurrency?: number | undefined;
  /** Messages that are queued for all connections together. Default 10000. */
  readonly queue?: number | undefined;
  /** Bytes of all queued messages. Default 67108864. */
  readonly queueBytes?: number | undefined;
  /** How long a message waits for others, for clients that accept several in one frame. Default 0. */
  readonly lingerMs?: number | undefined;
}

/** Limits and logs of channels. A list of prefixes names the channels that begin with one of them; `['*']` all. */
export interface ChannelOptions {
  /** Channels of which one connection can be a member. Default 100. */
  readonly perConnection?: number | undefined;
  /** Messages that a channel's log keeps; 0 for none. Default 1000. */
  readonly historyMessages?: number | undefined;
  /** How long a log keeps a message. Default 3600. */
  readonly historySeconds?: number | undefined;
  /** Prefixes of channels without a log. Default none. */
  readonly historyOff?: readonly string[] | undefined;
  /** Prefixes of channels whose members are notified who joins and leaves. Default `['presence:']`. */
  readonly memberNotices?: readonly string[] | undefined;
  /** Channels with more members send no such notices. Default 100. */
  readonly memberNoticesMembers?: number | undefined;
  /** How long the key of a client's message is kept. Default 300. */
  readonly publishOnceSeconds?: number | undefined;
  /** Prefixes of channels to which clients cannot publish. Default `['broadcast:']`. */
  readonly publishByApiOnly?: readonly string[] | undefined;
  /** A message to more members is cut into shards of about this size, which all tasks send. Default 2000. */
  readonly shardMembers?: number | undefined;
}

/** The HTTP API for other backends. Needs the packages `@nestjs/swagger` and `@fastify/static`. */
export interface BackendApiOptions {
  /** Several keys may have the same name, so that one can replace another. */
  readonly keys?: readonly { readonly name: string; readonly key: string }[] | undefined;
  /** How long the response to a request is kept for repetitions. Default 86400. */
  readonly idempotencySeconds?: number | undefined;
}

/** Needs the packages of OpenTelemetry that docs/nest.md lists. */
export interface TracingOptions {
  /** The collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended. */
  readonly endpoint: string;
  /** The name of the service in traces. Default `backchannel`. */
  readonly serviceName?: string | undefined;
  /** Of the requests to the collector, such as its API key. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Which requests are traced, by the names of OpenTelemetry. Default `parentbased_always_on`. */
  readonly sampler?: TracingSettings['sampler'] | undefined;
  /** The share of requests that `…traceidratio` traces, from 0 to 1. Default 1. */
  readonly samplerRatio?: number | undefined;
}
