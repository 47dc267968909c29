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

type Kind = keyof typeof LENGTHS;

/** The id that the next resource of a kind gets; set only while `keepingId` runs, which is synchronous. */
let kept: { readonly kind: string; readonly id: string } | undefined;

/**
 * Creates a resource again that existed before: it gets the same id.
 *
 * @param kind the last part of its type in CloudFormation, such as `Api`; a kind without generated ids has no effect
 */
export function keepingId<T>(kind: string, id: string, create: () => T): T {
  kept = { kind, id };
  try {
    return create();
  } finally {
    kept = undefined;
  }
}

/** @param taken the existing resources of that kind, by id */
export function newResourceId(kind: Kind, taken: ReadonlyMap<string, unknown>): string {
  if (kept?.kind === kind && !taken.has(kept.id)) {
    const { id } = kept;
    // resources that are created along with it have new ids
    kept = undefined;
    return id;
  }
  for (;;) {
    const id = Array.from({ length: LENGTHS[kind] }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    if (!taken.has(id)) return id;
  }
}
