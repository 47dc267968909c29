import { Injectable } from '@nestjs/common';
import { type Role } from '../roles/session.js';

/** Who has which role. In memory here; a real auction asks its database. */
@Injectable()
export class People {
  readonly #roles = new Map<string, Role>([
    ['alice', 'bidder'],
    ['bob', 'bidder'],
    ['carol', 'visitor'],
  ]);

  roleOf(userId: string): Role | undefined {
    return this.#roles.get(userId);
  }
}
