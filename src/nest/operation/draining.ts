import { Injectable } from '@nestjs/common';

/**
 * Whether this task is about to stop. It serves on meanwhile, and says in every way it has that others should be asked: by
 * its readiness to load balancers, with `Connection: close` to those that hold a connection.
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
