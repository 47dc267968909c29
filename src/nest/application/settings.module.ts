import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { Config } from '../config/config.js';
import { type Constants } from '../config/constants.js';
import { createLogger, PROCESS_LOGGER } from '../logging/logger.js';
import { nestDestination } from '../logging/nest-destination.js';
import { RequestLog } from '../logging/request-log.js';
import { type ModuleOptions } from '../options/backchannel-options.js';
import { type Features } from '../options/features.js';
import { readOptions } from '../options/read-options.js';
import { type BackchannelAsyncOptions } from './options-source.js';

/** What only the ready service and tests give. */
export interface Internals {
  /** Others only in tests. */
  readonly constants?: Constants | undefined;
  /** Names settings in errors; default by the names of the options. */
  readonly named?: ((problem: string) => string) | undefined;
}

/** The checked settings and the log, for every module. */
@Module({})
export class SettingsModule {
  /** @param problems of the features, which are reported with those of the options */
  static forSource(
    { imports = [], inject = [], useFactory }: BackchannelAsyncOptions,
    features: Features,
    problems: readonly string[],
    { constants, named }: Internals,
  ): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      imports,
      providers: [
        { provide: OPTIONS, inject, useFactory: useFactory as FactoryProvider['useFactory'] },
        {
          provide: Config,
          inject: [OPTIONS],
          useFactory: (options: ModuleOptions): Config =>
            readOptions(options, { features, problems, constants, named }),
        },
        {
          provide: PROCESS_LOGGER,
          inject: [OPTIONS, Config],
          useFactory: ({ logger }: ModuleOptions, config: Config): Logger =>
            logger ?? createLogger(config, nestDestination()),
        },
        {
          provide: RequestLog,
          inject: [PROCESS_LOGGER],
          useFactory: (logger: Logger) => new RequestLog(logger),
        },
      ],
      exports: [Config, PROCESS_LOGGER, RequestLog],
    };
  }
}

const OPTIONS = Symbol('BACKCHANNEL_OPTIONS');
