import { type Resolve } from './facts/resolve.js';

/** What the program around the doctor gives it. */
export interface DoctorContext {
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Writes to standard error. */
  readonly writeError: (text: string) => void;
  /** What `lint` finds in a template; only `backchannel-gateway` has it. */
  readonly lint?: Lint;
  /** By default the resolver of this machine. */
  readonly resolve?: Resolve;
}

export type Lint = (fileName: string) => Promise<LintReport>;

export interface LintReport {
  /** The ids of all rules. */
  readonly rules: readonly string[];
  readonly findings: readonly LintFinding[];
}

export interface LintFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly reason: string;
  readonly fix: string;
}
