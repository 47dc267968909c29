import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { CallbackModule } from '../callback/callback.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { Permissions } from './permissions.js';

/** The rules for channels, which an application may replace. They can inject what its imports export. */
@Module({})
export class PermissionsModule {
  /** @param imports modules of the application that export what the rules inject */
  static forRoot(
    permissions: Type<Permissions>,
    imports: NonNullable<ModuleMetadata['imports']> = [],
  ): DynamicModule {
    return {
      module: PermissionsModule,
      global: true,
      imports: [StoreModule, CallbackModule, ConnectionsModule, MetricsModule, TracingModule, ...imports],
      providers: [{ provide: Permissions, useClass: permissions }],
      exports: [Permissions],
    };
  }
}
