import { escapeControls } from '../escape-controls.js';
import { LIMITS } from '../limits.js';

/**
 * Choices about throttling and access logs, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is
 * silent", lists them.
 *
 * Made elsewhere: each route has a bucket of its own under `DefaultRouteSettings`, and `@connections` counts towards
 * the account only (throttle.ts).
 */

/** Burst of new connections: not documented; the quota "500 per second" allows this much in a single second. */
export const newConnectionBurst = (newConnectionsPerSecond: number) => newConnectionsPerSecond;

/** Limits of a route whose settings have only one of rate and burst: the account's default for the other. */
export const DEFAULT_ROUTE_LIMITS = { rate: LIMITS.requestsPerSecond, burst: LIMITS.requestBurst } as const;

/** A variable without a value in an access log: an empty text would leave a gap between columns. */
export const MISSING_LOG_VALUE = '-';

/** A value in an access log, escaped as in JSON: a client could otherwise write lines of its own. */
export const escapeLogValue = (value: string) => escapeControls(JSON.stringify(value)).slice(1, -1);
