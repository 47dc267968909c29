import { Module } from '@nestjs/common';
import { RequestBodies } from '../http/request-body.js';
import { Draining } from './draining.js';
import { InFlight } from './in-flight.js';

/** The state of the HTTP server that its hooks and the shutdown share. */
@Module({ providers: [Draining, InFlight, RequestBodies], exports: [Draining, InFlight, RequestBodies] })
export class OperationModule {}
