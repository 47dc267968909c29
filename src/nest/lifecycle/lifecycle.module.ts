import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HandlerMethodsModule } from '../handlers/handler-methods.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { LifecycleHandlers } from './lifecycle-handlers.js';

/** The beginning and the end of connections, as the application handles them. */
@Module({
  imports: [ConnectionsModule, HandlerMethodsModule, TracingModule],
  providers: [LifecycleHandlers],
  exports: [LifecycleHandlers],
})
export class LifecycleModule {}
