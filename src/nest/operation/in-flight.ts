import { type ServerResponse } from 'node:http';

/** The responses of the HTTP server that are not finished. */
export class InFlight extends Set<ServerResponse> {
  /** Those of the module's routes. The others are of the application's. */
  readonly own = new Set<ServerResponse>();
}
