import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';

/**
 * Nest's adapter for an encapsulated scope of a Fastify server that belongs to another application: it adds routes to the
 * scope, and leaves the server to that application.
 *
 * @see https://fastify.dev/docs/latest/Reference/Encapsulation/
 */
export class ScopeAdapter extends FastifyAdapter {
  constructor(scope: FastifyInstance) {
    super(withoutAddingHooks(scope) as never);
    this.setInstance(scope as never);
  }

  /** No middleware for the scope: that of the application runs before its hooks. */
  override async init(): Promise<void> {}

  /** The application responds to requests without a route. */
  override setNotFoundHandler(): never {
    return undefined as never;
  }

  /** The application closes its server. */
  override async close(): Promise<void> {}
}

/** The scope, whose hooks stay as they are: those of the application's own adapter run for its requests already. */
function withoutAddingHooks(scope: FastifyInstance): FastifyInstance {
  return Object.create(scope, { addHook: { value: () => scope } }) as FastifyInstance;
}
