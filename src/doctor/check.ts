import { type Facts } from './facts/facts.js';
import { type Permission } from './permissions.js';
import { type Section } from './sections.js';

/** The groups of the report, in its order, with their headings. */
export const GROUPS = {
  account: 'Account',
  api: 'API',
  integrations: 'Integrations',
  'vpc-link': 'VPC link',
  'load-balancer': 'Load balancer',
  ecs: 'ECS service',
  callbacks: 'Callbacks',
  domains: 'Domain names',
  tls: 'TLS',
  alarms: 'Alarms',
  live: 'Round trip',
} as const;

export type GroupId = keyof typeof GROUPS;

/**
 * `problem`: clients or the backend fail, or will. `warning`: it works, and something makes it fail sooner or later.
 * `hint`: it works; some set-ups have trouble with it.
 */
export type Severity = 'problem' | 'warning' | 'hint';

/** One place that is not as it should be. */
export interface Finding {
  /** By default that of the check. */
  readonly severity?: Severity;
  /** What was seen, with the names and values of this set-up. */
  readonly seen: string;
  /** What to do about it, if it differs from the check's own. */
  readonly fix?: string;
}

/** What a check has found. */
export type Outcome =
  | {
      readonly status: 'pass';
      /** The value that is right, in a few words. */
      readonly seen: string;
    }
  | { readonly status: 'found'; readonly findings: readonly Finding[] }
  | {
      /** The set-up has nothing that the check concerns. */
      readonly status: 'skipped';
      readonly why: string;
    };

/** One line of the report. */
export interface Check {
  /** The same as a rule of `lint` or a mark of the inspector where it is the same problem. */
  readonly id: string;
  readonly group: GroupId;
  /** What holds when it passes. */
  readonly title: string;
  /** Severity of its findings. */
  readonly severity: Severity;
  /** Why it matters: what fails otherwise. */
  readonly reason: string;
  /** May have `{api}`, `{stage}`, `{region}`, `{account}` and `{partition}` for those of the set-up. */
  readonly fix: string;
  readonly section: Section;
  /** Exactly those of the calls that it makes, for itself or to learn what belongs to the API. */
  readonly permissions: readonly Permission[];
  readonly run: (facts: Facts) => Promise<Outcome>;
}

export const pass = (seen: string): Outcome => ({ status: 'pass', seen });

export const skip = (why: string): Outcome => ({ status: 'skipped', why });

/** The findings, or a pass if there are none. */
export const findings = (found: readonly Finding[], seen: string): Outcome =>
  found.length === 0 ? pass(seen) : { status: 'found', findings: found };
