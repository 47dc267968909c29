import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type AppendKey } from '../store/log-store.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for a request with an `Idempotency-Key`. */
    appendKey?: AppendKey;
  }
}

/** A parameter of a controller's method: `@RequestKey() once?: AppendKey`. Undefined without an `Idempotency-Key`. */
export const RequestKey = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().appendKey,
);
