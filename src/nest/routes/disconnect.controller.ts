import { Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { PATHS } from '../../api/integration.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { RequestLog } from '../logging/request-log.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';

/** `$disconnect`: a client has left. AWS delivers it on a best-effort basis. */
@Controller(PATHS.disconnect)
@UseGuards(GatewaySecretGuard)
export class DisconnectController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly log: RequestLog,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async disconnect(@FromGateway() request: GatewayRequest): Promise<void> {
    await this.connections.ended(request.connectionId, closeCodeIn(request.disconnectStatusCode));
    this.log.info({ disconnectStatusCode: request.disconnectStatusCode }, 'disconnected');
  }
}

/** API Gateway does not document the variable as a source of a mapping, so that anything may arrive. */
function closeCodeIn(mapped: string | undefined): number | undefined {
  return mapped !== undefined && /^[1-4]\d{3}$/.test(mapped) ? Number(mapped) : undefined;
}
