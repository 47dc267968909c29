import { type HttpRoute } from '../control/http-snapshot.js';
import { type EventAuthorizer } from '../authorizers/http-authorization.js';
import { type ContextVariables } from '../mapping/context-variables.js';
import { type Story } from '../recorder/story.js';
import { type ApiRequest } from './api-request.js';

/** A request for which the route is known, with everything that mappings, integrations and access logs can read. */
export interface ApiEvent {
  readonly request: ApiRequest;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Decoded, without the stage or the base path. */
  readonly routePath: string;
  readonly route: HttpRoute;
  /** By the names of the route's key, decoded. */
  readonly pathParameters: ReadonlyMap<string, string>;
  /** `undefined` when there is none, or an empty one. */
  readonly body: Buffer | undefined;
  /** `$context` variables of the authorization: `authorizer.*`, `identity.*`. */
  readonly authorized: ContextVariables;
  /** The result of the authorization as the events of functions have it; absent without authorization. */
  readonly authorizer?: EventAuthorizer | undefined;
  /** Absent while nothing is recorded. */
  readonly story?: Story | undefined;
}
