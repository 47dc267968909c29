import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ErrorFilter } from './error.filter.js';

/** Problem responses for the errors of all routes. */
@Module({ providers: [{ provide: APP_FILTER, useClass: ErrorFilter }] })
export class HttpModule {}
