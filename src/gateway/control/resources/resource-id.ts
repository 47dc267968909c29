import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Lengths of AWS's ids (recorded 2026-09: `06dsnuqv44`, `mdc50p4`, `pxklyku`, `0nzt2g`). */
const LENGTHS = {
  Api: 10,
  Route: 7,
  RouteResponse: 6,
  Integration: 7,
  IntegrationResponse: 6,
  Authorizer: 6,
  Model: 6,
  Deployment: 6,
  ApiMapping: 6,
  VpcLink: 6,
  ApiKey: 10,
  UsagePlan: 6,
} as const;

/** @param taken the existing resources of that kind, by id */
export function newResourceId(kind: keyof typeof LENGTHS, taken: ReadonlyMap<string, unknown>): string {
  for (;;) {
    const id = Array.from({ length: LENGTHS[kind] }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    if (!taken.has(id)) return id;
  }
}
