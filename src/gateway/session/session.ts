import { type GatewayEvent } from '../recorder/gateway-event.js';

/** What a gateway has recorded, as a file: `GET /_gateway/session`. */
export interface Session {
  readonly format: typeof SESSION_FORMAT;
  /** Counts up when a reader of an earlier version would misunderstand the file. */
  readonly version: typeof SESSION_VERSION;
  /** ISO 8601, by the gateway's clock. */
  readonly exportedAt: string;
  /** Whether no event was evicted before the export. */
  readonly isComplete: boolean;
  readonly apis: readonly SessionApi[];
  /** In the order in which they ended. Secrets are masked as in all records. */
  readonly events: readonly GatewayEvent[];
}

export const SESSION_FORMAT = 'backchannel-session';
export const SESSION_VERSION = 1;

/** An API: another gateway has the same one under another id. */
export interface SessionApi {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
  readonly name: string;
  /** If a template created it. */
  readonly logicalId?: string | undefined;
}
