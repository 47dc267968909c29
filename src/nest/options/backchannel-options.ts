import { type ModuleMetadata, type Type } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Permissions } from '../channels/permissions.js';
import { type LogLevel } from '../config/config.js';
import {
  type AuthenticationOptions,
  type BackendApiOptions,
  type CallbackOptions,
  type ChannelOptions,
  type TracingOptions,
} from './option-groups.js';
import { type StoreOptions } from './store-options.js';

/**
 * The options of the module. Each has the default and the bounds of the setting of the ready service that docs/nest.md
 * names beside it; times and sizes have their unit in the name.
 */
export interface BackchannelOptions extends ModuleOptions, StructuralOptions {}

/** The options that a `useFactory` can return. */
export interface ModuleOptions {
  /**
   * Where callbacks are sent: `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}`, or a custom domain name.
   * `wss:` and a pasted `/@connections` are normalised.
   */
  readonly wsApiEndpoint: string;
  /** The Region for which callbacks are signed, unless the host of `wsApiEndpoint` names one. Default `us-east-1`. */
  readonly awsRegion?: string | undefined;
  /**
   * The path below which the module serves its routes, such as `/ws`: `/ws/connect`, `/ws/message`, `/ws/disconnect`.
   * The application's global prefix and versions do not apply to them. Default: no path, so that they are `/connect` and
   * so on.
   */
  readonly path?: string | undefined;
  /**
   * The secret that API Gateway's integrations send as `GatewaySecret`. Without it, the module accepts only requests that
   * come from this machine: any other caller could act as any client.
   */
  readonly gatewaySecret?: string | undefined;
  /** Also accepted, while the secret is rotated. */
  readonly gatewaySecretPrevious?: string | undefined;
  /** How clients are authenticated at `$connect`. Default `{ kind: 'none' }`. */
  readonly authentication?: AuthenticationOptions | undefined;
  /**
   * Where connections and channels are stored. Default: SQLite in the folder `.data`; with `features: { channels: false }`
   * nothing is stored.
   */
  readonly store?: StoreOptions | undefined;
  readonly callbacks?: CallbackOptions | undefined;
  /**
   * How the reply to a client's message is sent: by `callback`, or in the HTTP `response`, which needs a two-way route and
   * saves a request. Default `callback`.
   */
  readonly replies?: 'callback' | 'response' | undefined;
  readonly channels?: ChannelOptions | undefined;
  /** The HTTP API for other backends, below `path`. Without it, or without keys, it is not served. */
  readonly backendApi?: BackendApiOptions | undefined;
  /** Interval in which the module looks for connections that left unnoticed, in seconds; 0 for never. Default 300. */
  readonly sweepSeconds?: number | undefined;
  /** Traces by OTLP over HTTP. Default: none. */
  readonly tracing?: TracingOptions | undefined;
  /** The lowest level that the module logs. Default `info`. */
  readonly logLevel?: LogLevel | undefined;
  /** A pino logger for the lines of the module. Default: Nest's logger, with the context `Backchannel`. */
  readonly logger?: Logger | undefined;
}

/** The options that Nest needs when it assembles the modules: with `forRootAsync`, they stand beside `useFactory`. */
export interface StructuralOptions {
  /** Modules that export what `permissions`, and with `forRootAsync` the factory, inject. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  readonly features?: FeatureOptions | undefined;
  /** The rules for channels. Default: by the prefix of a channel's name. Nest creates the instance and injects into it. */
  readonly permissions?: Type<Permissions> | undefined;
}

/** Parts that an application may leave out. */
export interface FeatureOptions {
  /**
   * Channels with presence and resume, their five actions, and the backend API. Without them, `store` is optional, and the
   * only messages are those that the application handles. Default `true`.
   */
  readonly channels?: boolean | undefined;
  /** The routes `/health/live` and `/health/ready`, which need `@nestjs/terminus`. Default `true`. */
  readonly health?: boolean | undefined;
  /** The route `/metrics` for Prometheus. Default `true`. */
  readonly metrics?: boolean | undefined;
  /** `false` leaves the backend API out although there are keys. Default: whether there are keys. */
  readonly backendApi?: boolean | undefined;
}
