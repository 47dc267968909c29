import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { HEADERS } from '../../api/integration.js';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';
import { isLoopback } from '../loopback.js';
import { SecretDigest } from '../http/secret-digest.js';
import { mappedHeader } from './gateway-request.js';

/**
 * Accepts only requests with the secret that the integrations set. The load balancer is reachable from the whole VPC,
 * and a caller that may choose the ConnectionId could act as any client.
 */
@Injectable()
export class GatewaySecretGuard implements CanActivate {
  readonly #accepted: readonly SecretDigest[];

  constructor(config: Config) {
    this.#accepted = config.gatewaySecrets.map((secret) => new SecretDigest(secret));
  }

  canActivate(context: ExecutionContext): boolean {
    const { raw } = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.#accepted.length === 0) {
      if (isLoopback(raw.socket.remoteAddress ?? '')) return true;
      throw new Problem(
        'wrong_gateway_secret',
        'without gatewaySecret (GATEWAY_SECRET), only requests from this machine are accepted',
      );
    }
    const sent = new SecretDigest(mappedHeader(raw, 'gatewaySecret') ?? '');
    const matches = this.#accepted.map((accepted) => accepted.equals(sent));
    if (matches.includes(true)) return true;
    throw new Problem('wrong_gateway_secret', `${HEADERS.gatewaySecret} is missing or wrong`);
  }
}
