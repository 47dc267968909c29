import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Observable } from 'rxjs';
import { bodyText } from '../http/request-body.js';

/** Reads the body, once the guards have accepted the API key and the content type. */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  /** @throws {Problem} `body_too_large`, `request_timeout` or `bad_request` */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.body = await bodyText(request);
    return next.handle();
  }
}
