import { useEffect, useState } from 'preact/hooks';
import { callGateway } from './api.js';

/** A finding of `GET /_gateway/findings`. */
export interface Finding {
  readonly fileName: string;
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
  readonly logicalId?: string;
  readonly resourceId?: string;
}

export interface Findings {
  /** Errors first, then warnings, then hints; `undefined` until they are read. */
  readonly items: readonly Finding[] | undefined;
  readonly error: Error | undefined;
}

/** What lint finds in the gateway's templates. It is read at the start, and again each time the version changes. */
export function useFindings(version: unknown): Findings {
  const [findings, setFindings] = useState<Findings>({ items: undefined, error: undefined });
  useEffect(() => {
    let isWanted = true;
    const show = (next: Findings) => {
      if (isWanted) setFindings(next);
    };
    callGateway<{ readonly items: readonly Finding[] }>('findings').then(
      ({ items }) => show({ items: items.toSorted(bySeverity), error: undefined }),
      (error: Error) => show({ items: undefined, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [version]);
  return findings;
}

const SEVERITIES: readonly Finding['severity'][] = ['error', 'warning', 'hint'];

const bySeverity = (a: Finding, b: Finding) =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
