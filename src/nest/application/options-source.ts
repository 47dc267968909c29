import { type FactoryProvider } from '@nestjs/common';
import { type ModuleOptions, type StructuralOptions } from '../options/backchannel-options.js';

/** Where the options of the module come from: a factory, with what Nest injects into it. */
export interface BackchannelAsyncOptions extends StructuralOptions {
  /** The arguments of `useFactory`. */
  readonly inject?: FactoryProvider['inject'] | undefined;
  /** @returns the options, all but `features` and `permissions`, which stand beside it */
  readonly useFactory: (...injected: never[]) => ModuleOptions | Promise<ModuleOptions>;
}
