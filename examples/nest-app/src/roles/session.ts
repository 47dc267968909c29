export type Role = 'bidder' | 'visitor';

/** What is kept with each connection: `@OnConnect` returns it, and handlers get it as `caller.session`. */
export interface Session {
  readonly role: Role;
}
