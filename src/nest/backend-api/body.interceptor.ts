import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Observable } from 'rxjs';
import { Problem } from '../http/problem.js';
import { bodyText } from '../http/request-body.js';

/** Reads the body, once the guards have accepted the API key and the content type. */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  /** @throws {Problem} `body_too_large`, `request_timeout`, or `bad_request`, also if it is not UTF-8 */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const text = await bodyText(request);
    if (text === undefined) throw new Problem('bad_request', 'the body is not UTF-8');
    request.body = text;
    return next.handle();
  }
}
