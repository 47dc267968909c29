import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { assembleModule } from '../nest/application/backchannel.module.js';
import { WithoutKeysController } from '../nest/backend-api/without-keys.controller.js';
import { type Constants } from '../nest/config/constants.js';
import { ErrorFilter } from '../nest/http/error.filter.js';
import { type BackchannelOptions } from '../nest/options/backchannel-options.js';

/** What tests add to the service. */
export interface Extensions {
  /** Modules with handlers of messages. */
  readonly imports?: ModuleMetadata['imports'];
  readonly constants?: Constants;
}

/** The ready service: the module of `backchannel-nest`, with problem responses for requests that have no route. */
@Module({})
export class AppModule {
  static forRoot(
    { features, permissions, ...options }: BackchannelOptions,
    { imports = [], constants }: Extensions = {},
  ): DynamicModule {
    const source = { features, permissions, useFactory: () => options };
    const hasBackendApi = options.backendApi?.keys !== undefined;
    return {
      module: AppModule,
      imports: [assembleModule(source, { constants, named: byVariable }), ...imports],
      controllers: hasBackendApi ? [] : [WithoutKeysController],
      providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}

/** The problems name the variables already. */
const byVariable = (problem: string) => problem;
