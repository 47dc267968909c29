import { type HttpException } from '@nestjs/common';
import { type ProblemReport, type ReportedError } from '../http/problem.js';

/** `@OnConnect` has refused a handshake by one of Nest's HTTP exceptions, whose status the client gets. */
export class HandshakeRefusal extends Error implements ReportedError {
  override readonly name = 'HandshakeRefusal';
  readonly problem: ProblemReport;

  constructor(exception: HttpException) {
    super(exception.message, { cause: exception });
    this.problem = {
      code: 'handshake_refused',
      status: exception.getStatus(),
      detail: exception.message,
    };
  }
}
