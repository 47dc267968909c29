import { type HttpSnapshot } from '../http-snapshot.js';

/** The routes of a deployment that the gateway stores and does not serve, each with a sentence for the log. */
export const unservedRoutes = ({ routes }: HttpSnapshot): readonly UnservedRoute[] =>
  routes.flatMap(({ routeKey, authorization, integration }) => {
    if (authorization.kind === 'NOT_SERVED') return [{ routeKey, reason: authorization.reason }];
    return integration?.kind === 'unserved' ? [{ routeKey, reason: integration.reason }] : [];
  });

interface UnservedRoute {
  readonly routeKey: string;
  readonly reason: string;
}
