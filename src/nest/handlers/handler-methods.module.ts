import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HandlerMethods } from './handler-methods.js';

/** What finds the handlers of an application. */
@Module({ imports: [DiscoveryModule], providers: [HandlerMethods], exports: [HandlerMethods] })
export class HandlerMethodsModule {}
