import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { CallbackModule } from '../callback/callback.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { CUSTOM_ACTIONS, type CustomAction } from './custom-action.js';

/** The actions that an application adds. They can inject what these modules export. */
@Module({})
export class CustomActionsModule {
  static forRoot(actions: readonly Type<CustomAction>[]): DynamicModule {
    return {
      module: CustomActionsModule,
      global: true,
      imports: [ChannelsModule, ConnectionsModule, CallbackModule, StoreModule, MetricsModule, TracingModule],
      providers: [
        ...actions,
        {
          provide: CUSTOM_ACTIONS,
          useFactory: (...instances: CustomAction[]) => instances,
          inject: [...actions],
        },
      ],
      exports: [CUSTOM_ACTIONS],
    };
  }
}
