import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { PROCESS_LOGGER } from './logger.js';
import { RequestLog } from './request-log.js';

/** The log, for every module. */
@Module({})
export class LoggingModule {
  static forRoot(logger: Logger): DynamicModule {
    return {
      module: LoggingModule,
      global: true,
      providers: [
        { provide: PROCESS_LOGGER, useValue: logger },
        { provide: RequestLog, useValue: new RequestLog(logger) },
      ],
      exports: [PROCESS_LOGGER, RequestLog],
    };
  }
}
