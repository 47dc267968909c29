import { type FactoryProvider, Scope } from '@nestjs/common';
import { INQUIRER } from '@nestjs/core';
import { ConfigError } from '../config/config.errors.js';
import { Channels } from './channels.js';

/** In place of {@link Channels} in an application without channels: names the provider that injects them. */
export const WITHOUT_CHANNELS: FactoryProvider<Channels> = {
  provide: Channels,
  // created only for providers that inject it
  scope: Scope.TRANSIENT,
  inject: [INQUIRER],
  useFactory: (inquirer?: object) => {
    const name = inquirer?.constructor.name ?? 'a provider';
    throw new ConfigError([
      `${name} injects Channels, which features.channels=false leaves out: remove that option, or the parameter`,
    ]);
  },
};
