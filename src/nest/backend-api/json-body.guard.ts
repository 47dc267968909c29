import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';

/** Accepts only bodies with the content type of JSON. The application itself reads every body as text. */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  /** @throws {Problem} `unsupported_media_type` */
  canActivate(context: ExecutionContext): boolean {
    const { headersDistinct: headers } = context.switchToHttp().getRequest<FastifyRequest>().raw;
    const types = headers['content-type'] ?? [];
    const isEncoded = headers['content-encoding']?.some((encoding) => encoding !== 'identity') ?? false;
    if (types.length === 1 && JSON_TYPE.test(types[0] ?? '') && !isEncoded) return true;
    throw new Problem(
      'unsupported_media_type',
      'expected the header Content-Type: application/json once, in UTF-8 and without a Content-Encoding',
    );
  }
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;
