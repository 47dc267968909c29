import { Injectable } from '@nestjs/common';

/**
 * Whether this task drains before it stops. It still serves, but is not ready for load balancers and sends
 * `Connection: close` with every response.
 */
@Injectable()
export class Draining {
  #hasBegun = false;

  get isDraining(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
  }
}
