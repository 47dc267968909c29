import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Config } from '../config/config.js';
import { asyncApi } from '../describe/async-api.js';
import { type AsyncApiDocument } from '../describe/async-api-document.js';
import { MessageHandlers } from '../messages/message-handlers.js';

/** Describes the messages of clients, as the OpenAPI document does this API: without a key, nothing in it is secret. */
@Controller('v1/asyncapi.json')
@ApiExcludeController()
export class AsyncApiController {
  #document: AsyncApiDocument | undefined;

  constructor(
    private readonly handlers: MessageHandlers,
    private readonly config: Config,
  ) {}

  @Get()
  document(): AsyncApiDocument {
    const { authentication, wsApiEndpoint } = this.config;
    this.#document ??= asyncApi({
      handlers: this.handlers.all,
      hasChannels: true,
      hasBackendApi: true,
      title: 'Backchannel WebSocket API',
      version: '1',
      serverUrl: wsApiEndpoint,
      authentication: authentication.kind,
    });
    return this.#document;
  }
}
