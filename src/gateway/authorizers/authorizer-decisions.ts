import { type Policy } from '../iam/policy.js';
import { LIMITS } from '../limits.js';

/** The result of a Lambda authorizer of an HTTP API, before it is applied to a route. */
export interface AuthorizerDecision {
  /** A policy is evaluated for each route anew (H9.31), a simple response is the decision. */
  readonly rule:
    | { readonly kind: 'policy'; readonly policy: Policy }
    | { readonly kind: 'simple'; readonly isAuthorized: boolean };
  readonly principalId: string | undefined;
  /** With the types of JSON for payload 2.0, all texts for 1.0; `undefined` if the function returned none. */
  readonly context: Readonly<Record<string, unknown>> | undefined;
}

/** Under what a decision is stored: nothing else distinguishes requests (H9.31). */
export interface DecisionKey {
  readonly apiId: string;
  readonly stage: string;
  readonly authorizerId: string;
  /** Values of the identity sources, in order. */
  readonly identity: readonly string[];
}

interface StoredDecision extends Pick<DecisionKey, 'apiId' | 'stage'> {
  readonly decision: AuthorizerDecision;
  readonly storedAt: number;
  readonly ttlMs: number;
}

/** Decisions of Lambda authorizers that are reused for a time. Denials are among them, errors are not (H9.31). */
export class AuthorizerDecisions {
  readonly #stored = new Map<string, StoredDecision>();

  /** @param now milliseconds since 1970, by the gateway's clock */
  constructor(private readonly now: () => number) {}

  get(key: DecisionKey): AuthorizerDecision | undefined {
    const text = textOf(key);
    const stored = this.#stored.get(text);
    if (stored === undefined) return undefined;
    // a reset sets the clock back
    const ageMs = Math.abs(this.now() - stored.storedAt);
    if (ageMs < stored.ttlMs) return stored.decision;
    this.#stored.delete(text);
    return undefined;
  }

  set(key: DecisionKey, decision: AuthorizerDecision, ttlSeconds: number): void {
    if (ttlSeconds === 0) return;
    const { apiId, stage } = key;
    const [oldest] = this.#stored.keys();
    if (oldest !== undefined && this.#stored.size >= LIMITS.authorizerDecisions) this.#stored.delete(oldest);
    this.#stored.set(textOf(key), { apiId, stage, decision, storedAt: this.now(), ttlMs: ttlSeconds * 1000 });
  }

  /** `ResetAuthorizersCache` (H9.33). */
  forgetStage(apiId: string, stage: string): void {
    for (const [text, stored] of this.#stored) {
      if (stored.apiId === apiId && stored.stage === stage) this.#stored.delete(text);
    }
  }

  clear(): void {
    this.#stored.clear();
  }
}

const textOf = ({ apiId, stage, authorizerId, identity }: DecisionKey) =>
  JSON.stringify([apiId, stage, authorizerId, ...identity]);
