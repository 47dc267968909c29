import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';
import { SecretDigest } from '../http/secret-digest.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the API key with which {@link ApiKeyGuard} has accepted the request. */
    apiKeyName?: string;
  }
}

/** Accepts only requests with one of the API keys, and adds the key's name to their log lines. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  readonly #accepted: readonly { readonly name: string; readonly digest: SecretDigest }[];

  constructor(config: Config) {
    this.#accepted = config.backendApi.keys.map(({ name, key }) => ({ name, digest: new SecretDigest(key) }));
  }

  /** @throws {Problem} `missing_api_key` or `invalid_api_key` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization = [] } = request.raw.headersDistinct;
    if (authorization.length === 0) {
      throw new Problem('missing_api_key', 'expected the header Authorization: Bearer <key>');
    }
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization.length === 1 ? (authorization[0] ?? '') : '') ?? [];
    const sent = new SecretDigest(key ?? '');
    const matching = this.#accepted.filter(({ digest }) => digest.equals(sent));
    const [match] = matching;
    if (match === undefined) {
      throw new Problem(
        'invalid_api_key',
        'expected one header Authorization: Bearer <key>, with a key of API_KEYS',
      );
    }
    request.apiKeyName = match.name;
    request.log = request.log.child({ apiKeyName: match.name });
    return true;
  }
}
