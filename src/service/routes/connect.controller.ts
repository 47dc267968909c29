import { Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { PATHS } from '../../api/integration.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { FromGateway, type GatewayRequest } from './gateway-request.js';
import { GatewaySecretGuard } from './gateway-secret.guard.js';

/** `$connect`: a client asks to be let in. Any 2xx opens the connection, any other status refuses the handshake. */
@Controller(PATHS.connect)
@UseGuards(GatewaySecretGuard)
export class ConnectController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly log: PinoLogger,
  ) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  async connect(@FromGateway() request: GatewayRequest): Promise<void> {
    await this.connections.register(request);
    this.log.info({ sourceIp: request.sourceIp }, 'connected');
  }
}
