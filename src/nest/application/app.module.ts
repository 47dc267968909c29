import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { PermissionsModule } from '../channels/permissions.module.js';
import { WithoutKeysController } from '../backend-api/without-keys.controller.js';
import { PrefixPermissions } from '../channels/permissions.js';
import { type Config } from '../config/config.js';
import { ConfigModule } from '../config/config.module.js';
import { HttpModule } from '../http/http.module.js';
import { LoggingModule } from '../logging/logging.module.js';
import { HandlersModule } from '../messages/handlers.module.js';
import { OperationModule } from '../operation/operation.module.js';
import { RoutesModule } from '../routes/routes.module.js';
import { type Extensions } from './extensions.js';

/** The ready service: its settings and log, its extensions, and its routes with what they need. */
@Module({})
export class AppModule {
  static forRoot(config: Config, logger: Logger, extensions: Extensions = {}): DynamicModule {
    const { imports = [], permissions = PrefixPermissions } = extensions;
    const hasBackendApi = config.backendApi.keys.length > 0;
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LoggingModule.forRoot(logger),
        PermissionsModule.forRoot(permissions),
        HandlersModule,
        ...imports,
        HttpModule,
        RoutesModule,
        OperationModule,
        ...(hasBackendApi ? [backendApi()] : []),
      ],
      controllers: hasBackendApi ? [] : [WithoutKeysController],
    };
  }
}

/** Loaded only if it is served: with its OpenAPI description, that takes a tenth of a second. */
async function backendApi(): Promise<DynamicModule> {
  const { BackendApiModule } = await import('../backend-api/backend-api.module.js');
  return { module: BackendApiModule };
}
